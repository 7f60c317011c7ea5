/** Which runtime this is, as clients ask for it. */

import { blake2_64 } from "../scale/crypto.ts";
import { toHex } from "../scale/hex.ts";
import type { ValueOf } from "../scale/scale_type.ts";
import type { runtimeVersion } from "./primitives.ts";

/**
 * Versions of the runtime APIs that `state_call` serves. `Metadata` 2 and `TaggedTransactionQueue` 3
 * are newer than 2021: today's clients ask for the metadata version they prefer, and check an
 * extrinsic against a block.
 */
const API_VERSIONS = {
  Core: 3,
  Metadata: 2,
  AccountNonceApi: 1,
  TaggedTransactionQueue: 3,
  TransactionPaymentApi: 1,
} as const;

/** Name of a runtime API. */
export type RuntimeApiName = keyof typeof API_VERSIONS;

/** The runtime of the akatsuki network in August 2021. */
export const VERSION: ValueOf<typeof runtimeVersion> = {
  spec_name: "node-subtensor",
  impl_name: "node-subtensor",
  authoring_version: 1,
  spec_version: 100,
  impl_version: 1,
  apis: Object.entries(API_VERSIONS).map(([name, version]) => [toHex(blake2_64(name)), version]),
  transaction_version: 1,
  state_version: 0,
};
