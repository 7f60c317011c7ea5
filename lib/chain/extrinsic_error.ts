/** What can go wrong with an extrinsic, and what to do then. */

import { BittensorError } from "../base/errors.ts";
import { formatTao, type Rao, rao } from "../domain/balance.ts";
import type { SignedExtrinsic } from "./chain.ts";
import { hintFor } from "./error_hints.ts";

/** A call was put into a block, and the chain undid or refused it there. */
export class ExtrinsicError extends BittensorError {
  override readonly name = "ExtrinsicError";
  /** The chain's own name of the error, such as `SubtensorModule.InvalidIpAddress`. */
  readonly chainError: string;
  /** The chain's own words on it, from its metadata. */
  readonly docs: string;
  /** What was paid for the call all the same, in rao. */
  readonly fee: Rao;

  constructor(call: string, chainError: string, docs: string, fee: Rao) {
    const meaning = docs === "" ? "" : ` (${docs})`;
    const cost = fee === 0n ? "" : `; the fee of ${formatTao(fee)} is paid`;
    super("chain/extrinsic-failed", `The chain refused ${call}: ${chainError}${meaning}${cost}`, {
      hint: hintFor(chainError),
    });
    this.chainError = chainError;
    this.docs = docs;
    this.fee = fee;
  }
}

/** No node takes the extrinsic, so that no block will hold it. */
export function extrinsicRefused(
  { call, signer, fee }: SignedExtrinsic,
  reason: string,
  cause?: unknown,
): BittensorError {
  const cost = fee === 0n ? "" : `; its fee is ${formatTao(fee)}`;
  return new BittensorError(
    "chain/extrinsic-refused",
    `The node did not take ${call} of ${signer}: ${reason}${cost}`,
    {
      cause,
      hint: "no block holds it, and nothing was paid for it: mend the cause, and try again",
    },
  );
}

/** Nobody could say whether a block holds the extrinsic. */
export function extrinsicUnknown(
  { call, hash, validUntil }: SignedExtrinsic,
  timeoutMs: number,
): BittensorError {
  return new BittensorError(
    "chain/extrinsic-unknown",
    `Cannot say what became of ${call} within ${timeoutMs} ms: it may be in a block or not`,
    {
      hint: `look for the extrinsic ${hash} before you call again: ` +
        `a block before number ${validUntil} can still take it`,
    },
  );
}

/** The signer cannot pay; nothing was sent. */
export function insufficientBalance(
  { call, signer, fee }: SignedExtrinsic,
  free: bigint,
  spends: bigint,
): BittensorError {
  const needs = spends === 0n ? "" : `${formatTao(rao(spends))} and `;
  return new BittensorError(
    "chain/insufficient-balance",
    `Cannot call ${call}: ${signer} has ${formatTao(rao(free))}, and it takes ${needs}a fee of ` +
      formatTao(fee),
    { hint: `pass a smaller amount, or transfer tao to ${signer}` },
  );
}
