/** The server's side of metagraph_bench.ts: a dev chain whose neurons weigh many others. */

import * as bittensor from "bittensor";
import { blake2AsU8a, encodeAddress } from "@polkadot/util-crypto";

const [neurons, weights] = Deno.args.map(Number) as [number, number];

/** An account that nobody has the key of. */
const account = (name: string) => encodeAddress(blake2AsU8a(name, 256), 42);

const chain = await bittensor.devchain({
  seal: "manual",
  genesis: {
    neurons: Array.from({ length: neurons }, (_, uid) => ({
      hotkey: account(`hotkey ${uid}`),
      coldkey: account(`coldkey ${uid}`),
      stake: `${1 + uid % 97} tao`,
      ip: "203.0.113.7",
      port: 8091,
      weights: Array.from({ length: weights }, (_, index) => [
        (uid * 7 + index * 13) % neurons,
        1 + (uid + index) % 1000,
      ]),
    })),
  },
});
console.log(chain.endpoint);
