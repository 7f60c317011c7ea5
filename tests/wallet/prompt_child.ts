/** Creates or unlocks a wallet without a given password; run by the tests, with and without a terminal. */

import { BittensorError } from "../../lib/base/errors.ts";
import { Wallet } from "../../lib/wallet/wallet.ts";
import { FAST_LIMITS } from "./vectors.ts";

const [action, path] = Deno.args;
using wallet = new Wallet({ path }, FAST_LIMITS);
try {
  if (action === "create") await wallet.create();
  console.log(`address ${(await wallet.coldkey()).address}`);
} catch (error) {
  if (!(error instanceof BittensorError)) throw error;
  console.log(`code ${error.code}`);
}
