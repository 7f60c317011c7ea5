/** The published vectors that the tests of this room share. */

import finney from "../vectors/finney_wallet.json" with { type: "json" };
import type { DerivationLimits } from "../../lib/wallet/cipher.ts";

export { finney };

/** The cheapest limits that argon2i takes: milliseconds instead of seconds. */
export const FAST_LIMITS: DerivationLimits = {
  operations: finney.nacl.fastKdfForUnitTestsOnly.opslimit,
  memoryBytes: finney.nacl.fastKdfForUnitTestsOnly.memlimitBytes,
};
