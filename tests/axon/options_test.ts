import assert from "node:assert/strict";
import type { AxonOptions } from "../../lib/axon/axon_options.ts";
import { localAxon } from "./local_axon.ts";

Deno.test("axon() refuses options that cannot work, and names their values", () => {
  const cases: [Record<string, unknown>, typeof RangeError | typeof TypeError, string][] = [
    [{ port: 65_536 }, RangeError, "65536"],
    [{ port: 80.5 }, RangeError, "80.5"],
    [{ modality: 3 }, RangeError, "3"],
    [{ signatures: "maybe" }, RangeError, '"maybe"'],
    [{ maximumRequestsPerSecond: 0 }, RangeError, "0"],
    [{ maximumRequestsPerSecond: NaN }, RangeError, "NaN"],
    [{ maximumMessageBytes: 0 }, RangeError, "0"],
    [{ maximumElements: 16_777_217 }, RangeError, "16777217"],
    [{ maximumConcurrentRpcs: 0 }, RangeError, "0"],
    [{ maximumRunning: 0.5 }, RangeError, "0.5"],
    [{ maximumQueued: -1 }, RangeError, "-1"],
    [{ graceMs: Infinity }, RangeError, "Infinity"],
    [{ timeoutMs: 0 }, RangeError, "0"],
    [{ forwardText: "model" }, TypeError, "a string"],
    [{ backwardTensor: null }, TypeError, "null"],
    [{ priority: 1 }, TypeError, "a number"],
    [{ blacklist: ["5Caller"] }, TypeError, "an object"],
    [{ metagraph: 1 }, TypeError, "a number"],
    [{ wallet: undefined }, TypeError, "wallet"],
  ];
  for (const [options, type, text] of cases) {
    const name = Object.keys(options)[0] ?? "";
    assert.throws(() => localAxon(options as Partial<AxonOptions>), (error: Error) => {
      assert(error instanceof type, `${name}: ${error}`);
      assert(error.message.includes(text), error.message);
      assert(error.message.includes(name), error.message);
      return true;
    });
  }
  assert.throws(() => localAxon({ ip: "localhost" }), { code: "ip/invalid" });
});

Deno.test("axon() takes the bounds of its options", () => {
  localAxon({ maximumQueued: 0, graceMs: 0, timeoutMs: 1, maximumRequestsPerSecond: Infinity });
  localAxon({ maximumElements: 16_777_216, maximumRequestsPerSecond: 0.001, port: 65_535 });
});
