/** Metagraph files and NumPy, each reading what the other wrote. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { metagraph } from "../../lib/metagraph/metagraph.ts";
import { recordedGraph } from "./recorded_graph.ts";

/** A Python that has NumPy, such as Debian's with the package python3-numpy. */
const PYTHON = ["python3", "/usr/bin/python3"].find((python) => {
  try {
    return new Deno.Command(python, { args: ["-c", "import numpy"], stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
});

const SKIPPED = PYTHON ? "" : " (skipped: no python3 with numpy, Debian's python3-numpy has it)";

async function python(program: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(PYTHON!, {
    args: ["-c", program, ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: `NumPy opens what saveToPath() wrote${SKIPPED}`,
  ignore: PYTHON === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await (await recordedGraph()).saveToPath(folder, "graph.npz");
      const program = `
import json, sys, numpy
data = numpy.load(sys.argv[1])
start, end = data["weights_indptr"][1:3]
print(json.dumps({
  "types": {name: f"{array.dtype} {list(array.shape)}" for name, array in data.items()},
  "stake": data["stake"].tolist(),
  "row": (data["weights_data"][start:end] / 4294967295).tolist(),
  "network": data["network"].tobytes().decode(),
}))`;
      const seen = JSON.parse(await python(program, join(folder, "graph.npz")));
      assert.deepEqual(seen.stake, [1_500_000_000, 250_000_000_000, 0, 1]);
      assert.deepEqual(seen.row, [1 / 3, 1 / 3, 1 / 3]);
      assert.equal(seen.network, "akatsuki");
      assert.equal(seen.types.hotkeys, "uint8 [4, 32]");
      assert.equal(seen.types.weights_indptr, "int64 [5]");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `loadFromPath() reads a state dict that NumPy wrote${SKIPPED}`,
  ignore: PYTHON === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const [ours, theirs] = [join(folder, "ours.npz"), join(folder, "theirs.npz")];
      const fixture = new URL("./fixtures/version_1.npz", import.meta.url).pathname;
      const before = await metagraph({ network: "akatsuki" }).loadFromPath(fixture);
      await Deno.copyFile(fixture, ours);
      await python(
        "import sys, numpy; numpy.savez_compressed(sys.argv[2], **numpy.load(sys.argv[1]))",
        ours,
        theirs,
      );
      const after = await metagraph({ network: "akatsuki" }).loadFromPath(theirs);
      assert.deepEqual(after.snapshot, before.snapshot);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
