// The axon of the soak, in a process of its own. It says its port, then what it uses for each line
// that it reads, and stops at the end of its input.

import { setTimeout } from "node:timers/promises";
import * as bittensor from "bittensor";
import type { ServerState } from "./server_process.ts";

const NETWORK_DIM = 512;

/** How long a callback takes, in milliseconds. */
const CALLBACK_MS = 4;

const hotkey = bittensor.keypairFromUri("//Alice");
const wallet = {
  hotkey: () => Promise.resolve(hotkey),
  coldkeypub: () => Promise.resolve(hotkey.address),
};

await using axon = await bittensor.axon({
  wallet,
  ip: "127.0.0.1",
  port: 0,
  maximumConcurrentRpcs: 100,
  maximumRunning: 4,
  maximumQueued: 32,
  forwardText: async (_caller, inputs) => {
    await setTimeout(CALLBACK_MS);
    const dims = [...inputs.dims, NETWORK_DIM];
    const count = dims.reduce((product, dim) => product * dim, 1);
    return new bittensor.Tensor("float32", new Float32Array(count), dims);
  },
}).start();
console.log(JSON.stringify(await state()));
for await (const _line of Deno.stdin.readable) console.log(JSON.stringify(await state()));

/** What is in use once all garbage is gone. */
async function state(): Promise<ServerState> {
  const { gc } = globalThis as { gc?: () => void };
  for (let round = 0; round < 2; round++) {
    gc?.();
    await setTimeout(200);
  }
  const { heapUsed, external, rss } = Deno.memoryUsage();
  const { running, queued, total, refused } = axon.statistics();
  const { codes } = total;
  return { port: axon.port, bytes: heapUsed + external, rss, running, queued, codes, refused };
}
