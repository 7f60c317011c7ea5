/** A dev chain in a process of its own, for benches: `devchain_server.ts GENESIS_FILE`. */

import * as bittensor from "bittensor";

const start = performance.now();
const [file] = Deno.args;
const genesis = JSON.parse(await Deno.readTextFile(file!));
const { endpoint } = await bittensor.devchain({ genesis });
console.log(JSON.stringify({ endpoint, loadMs: performance.now() - start }));
// The input ends with the bench.
for await (const _ of Deno.stdin.readable);
Deno.exit();
