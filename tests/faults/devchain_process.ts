/** A dev chain in a process of its own, for tests that kill it: `devchain_process.ts FILE`. */

import { devchain } from "../../lib/devchain/devchain.ts";

const [db] = Deno.args;
const { endpoint } = await devchain({ db, finalityDelayMs: 2 });
console.log(endpoint);
