import type { Hex } from "../scale/hex.ts";
import { variant } from "../scale/scale_type.ts";
import type { BlockBuilder } from "./block_builder.ts";
import { decodeExtrinsic } from "./extrinsic.ts";
import { dispatchOutcome } from "./primitives.ts";
import { invalidTransaction, TransactionRefused } from "./transaction_refused.ts";
import { transactionValidityError } from "./transaction_validity.ts";
import { checkSignature } from "./validity.ts";

/** What became of an extrinsic: how its call ended, or why it went into no block. */
const applyResult = variant("Result", { Ok: dispatchOutcome, Err: transactionValidityError });

/**
 * Runs an extrinsic in a block that nobody will see.
 *
 * @returns an encoded `ApplyExtrinsicResult`.
 * @throws {TransactionRefused} If the bytes are no extrinsic.
 */
export function dryRun(block: BlockBuilder, genesisHash: Hex, bytes: Uint8Array): Uint8Array {
  try {
    const extrinsic = decodeExtrinsic(bytes);
    checkSignature(block.state, block.number, genesisHash, extrinsic);
    const outcome = block.add(extrinsic);
    if (outcome === undefined) throw invalidTransaction("Future");
    return applyResult.encode({ tag: "Ok", value: outcome });
  } catch (error) {
    if (!(error instanceof TransactionRefused) || error.validity === undefined) throw error;
    return applyResult.encode({ tag: "Err", value: error.validity });
  }
}
