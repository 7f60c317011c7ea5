import assert from "node:assert/strict";
import { join } from "node:path";
import { layerViolations } from "./layers.ts";

async function readSources(root: string): Promise<Map<string, string>> {
  const sources = new Map([["mod.ts", await Deno.readTextFile(join(root, "mod.ts"))]]);
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (path.endsWith(".ts")) sources.set(path, await Deno.readTextFile(join(root, path)));
    }
  };
  await walk("lib");
  await walk("cli");
  return sources;
}

Deno.test("layers hold in lib, cli and mod.ts", async () => {
  const sources = await readSources(join(import.meta.dirname!, ".."));
  assert.ok(sources.size > 40, `only ${sources.size} files were read`);
  assert.deepEqual(layerViolations(sources), []);
});

const planted: readonly [rule: string, files: Record<string, string>, message: RegExp][] = [
  ["a room above", {
    "lib/wire/a.ts": `import { axon } from "../axon/axon.ts";`,
  }, /wire is not above axon/],
  ["a room beside", {
    "lib/axon/a.ts": `import { dendrite } from "../dendrite/dendrite.ts";`,
  }, /axon is not above dendrite/],
  ["onnx and the domain", {
    "lib/onnx/models/a.ts": `export { x } from "../../domain/x.ts";`,
  }, /onnx knows only base/],
  ["the chain and its client", {
    "lib/devchain/a.ts": `const client = await import("../chain/subtensor.ts");`,
  }, /devchain knows only base and domain/],
  ["a second importer of a package", {
    "lib/chain/a.ts": `import {\n  ApiPromise,\n} from "@polkadot/api";`,
  }, /only lib\/chain\/polkadot\.ts may/],
  ["generated messages", {
    "lib/axon/a.ts": `import { x } from "../../proto/gen/bittensor_pb.ts";`,
  }, /only wire and onnx read generated messages/],
  ["a loop", {
    "lib/base/a.ts": `import { b } from "./b.ts";`,
    "lib/base/b.ts": `import "./a.ts";`,
  }, /import cycle: lib\/base\/a\.ts, lib\/base\/b\.ts/],
];

for (const [rule, files, message] of planted) {
  Deno.test(`layerViolations() finds a planted violation: ${rule}`, () => {
    const violations = layerViolations(new Map(Object.entries(files)));
    assert.equal(violations.length, 1, violations.join("\n"));
    assert.match(violations[0]!, message);
  });
}

Deno.test("layerViolations() lets types point anywhere and values point down", () => {
  const sources = new Map([
    ["lib/wire/a.ts", `import type { Axon } from "../axon/axon.ts";`],
    ["lib/axon/axon.ts", `import { a } from "../wire/a.ts";\nimport { b } from "./b.ts";`],
    ["lib/axon/b.ts", `// import { d } from "../dendrite/dendrite.ts";`],
  ]);
  assert.deepEqual(layerViolations(sources), []);
});
