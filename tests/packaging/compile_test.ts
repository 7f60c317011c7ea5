import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { moduleGraph } from "../../tools/module_graph.ts";
import { type Finished, run } from "../../tools/run.ts";
import { embeddedFiles } from "./embedded_files.ts";

const ROOT = join(import.meta.dirname!, "../..");

/** The task, with a program of this machine as the base of what it writes. */
async function compile(base: string, output: string): Promise<Finished> {
  const task = config.tasks.compile.command.split(" ").slice(1);
  return await run(Deno.execPath(), [...task, "--output", output], {
    cwd: ROOT,
    env: { DENORT_BIN: base },
    mayFail: true,
  });
}

Deno.test("compile says what it stands on, and names DENORT_BIN, where there is no denort", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bt-compile-" });
  try {
    const { code, stderr } = await compile(join(folder, "none"), join(folder, "bt"));
    assert.notEqual(code, 0);
    assert.match(stderr, /could not be had/);
    assert.match(stderr, /dl\.deno\.land/);
    assert.match(stderr, /DENORT_BIN=/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

// There is no denort where only npm can be reached. With Deno itself as a base, everything is built
// and embedded as it is otherwise; only what comes of it starts as Deno does.
Deno.test("compile writes one file with all modules, packages, threads and permissions", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bt-compile-" });
  try {
    const output = join(folder, "bt");
    const { code, stdout, stderr } = await compile(Deno.execPath(), output);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /does not start as bt/);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["bt"]);

    const embedded = embeddedFiles(stdout);
    const { loaded, packages } = await moduleGraph(ROOT);
    assert.ok(
      loaded.includes("cli/commands/wallet.ts") && loaded.includes("lib/chain/polkadot.ts"),
    );
    assert.deepEqual(loaded.filter((file) => !embedded.has(file)), []);
    assert.deepEqual([...packages].filter(([name]) => !embedded.hasPackage(name)), []);
    assert.ok(!embedded.hasPackage("fast-check@4.10.2"), "packages of tests are left out");

    const library = `{"File":{"n":"onnxruntime_binding.node"`;
    const net = `"allow_net":${JSON.stringify(config.permissions.local.net)}`;
    assert.deepEqual(await countTexts(output, [library, net, `"allow_run":null`]), [1, 1, 1]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** How often each of some texts is in a file, which is too large to be read at once. */
async function countTexts(path: string, texts: readonly string[]): Promise<number[]> {
  const counts = texts.map(() => 0);
  const longest = Math.max(...texts.map(({ length }) => length));
  let tail = "";
  using file = await Deno.open(path);
  for await (const bytes of file.readable) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    texts.forEach((text, index) => {
      // What lies in the tail alone was counted before.
      const window = tail.slice(-(text.length - 1)) + chunk;
      counts[index]! += window.split(text).length - 1;
    });
    tail = (tail + chunk).slice(-longest);
  }
  return counts;
}
