/** Extrinsics: submitted once, followed to the point that the caller waits for. */

import { type WaitOptions, withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { Rao } from "../domain/balance.ts";
import type { Signer } from "../domain/signer.ts";
import type { Call, Chain, Hex, SignedExtrinsic } from "./chain.ts";
import {
  ExtrinsicError,
  extrinsicRefused,
  extrinsicUnknown,
  insufficientBalance,
} from "./extrinsic_error.ts";
import { findExtrinsic, findFinalized } from "./find_extrinsic.ts";

/** How long an extrinsic is followed, in milliseconds: finality of a live chain takes a minute. */
const FOLLOW_MS = 180_000;

/** How far an extrinsic has come. */
export interface ExtrinsicProgress {
  readonly stage: "signed" | "submitted" | "inBlock" | "finalized";
  /** Hash of the extrinsic. */
  readonly hash: Hex;
  /** Fee for including it, in rao. */
  readonly fee: Rao;
  /** Number of the block that holds it. */
  readonly block?: number | undefined;
}

/** How far to follow an extrinsic. */
export interface ExtrinsicOptions extends WaitOptions {
  /** Return when a block holds it. @default {false} */
  readonly waitForInclusion?: boolean | undefined;
  /** Return when the block that holds it is final. @default {true} */
  readonly waitForFinalization?: boolean | undefined;
  /** Longest wait from submission to the point that is waited for. @default {180000} */
  readonly timeoutMs?: number | undefined;
  /** Called at each stage. */
  readonly onProgress?: ((progress: ExtrinsicProgress) => void) | undefined;
}

/** What became of an extrinsic, as far as it was followed. */
export interface ExtrinsicReceipt {
  /** Hash of the extrinsic; absent if none was needed. */
  readonly hash?: Hex | undefined;
  /** Fee for including it, in rao; what a chain takes only from calls that succeed comes on top. */
  readonly fee: Rao;
  /** Block that holds it; absent if the call did not wait for one. */
  readonly blockHash?: Hex | undefined;
  /** True if that block is final. */
  readonly finalized: boolean;
  /** Events of the extrinsic, such as `SubtensorModule.NeuronAdded`. */
  readonly events: readonly string[];
}

/**
 * Signs a call and makes sure that a node has it.
 *
 * @throws {BittensorError} `chain/insufficient-balance` before anything is sent;
 * `chain/extrinsic-refused` if the node does not take it; `chain/extrinsic-unknown` if the
 * connection was lost, and whether a node has it was not found out in time.
 */
export async function submitExtrinsic(
  chain: Chain,
  call: Call,
  signer: Signer,
  options: ExtrinsicOptions = {},
): Promise<SignedExtrinsic> {
  const extrinsic = await chain.sign(call, signer, options);
  const { hash, fee } = extrinsic;
  await checkFunds(chain, extrinsic, call.spends ?? 0n, options);
  options.onProgress?.({ stage: "signed", hash, fee });
  await withinTime(extrinsic, options, (wait) => handOver(chain, extrinsic, wait));
  options.onProgress?.({ stage: "submitted", hash, fee });
  return extrinsic;
}

/**
 * Follows an extrinsic to the point that the caller waits for.
 *
 * A timeout or an abort ends the wait only: an extrinsic that a node has taken cannot be recalled.
 *
 * @throws {BittensorError} `chain/extrinsic-refused` if the node gives it up;
 * `chain/extrinsic-unknown` if what became of it was not found out in time.
 * @throws {ExtrinsicError} If it is in a block and failed there.
 */
export async function followExtrinsic(
  chain: Chain,
  extrinsic: SignedExtrinsic,
  options: ExtrinsicOptions = {},
): Promise<ExtrinsicReceipt> {
  const { waitForInclusion = false, waitForFinalization = true, onProgress } = options;
  const { call, hash, fee } = extrinsic;
  if (!waitForInclusion && !waitForFinalization) {
    return { hash, fee, finalized: false, events: [] };
  }
  const found = await withinTime(extrinsic, options, async (wait) => {
    const included = await findExtrinsic(chain, extrinsic, wait);
    onProgress?.({ stage: "inBlock", hash, fee, block: included.block.number });
    if (!waitForFinalization) return included;
    const final = await findFinalized(chain, extrinsic, included, wait);
    onProgress?.({ stage: "finalized", hash, fee, block: final.block.number });
    return final;
  });
  const { block, report: { events, failure } } = found;
  if (failure) throw new ExtrinsicError(call, failure.name, failure.docs, fee);
  return { hash, fee, blockHash: block.hash, finalized: waitForFinalization, events };
}

/** A free call needs no balance at all; one that is paid for must leave enough for the fee. */
async function checkFunds(
  chain: Chain,
  extrinsic: SignedExtrinsic,
  spends: bigint,
  options: WaitOptions,
): Promise<void> {
  const { signer, fee } = extrinsic;
  if (fee + spends === 0n) return;
  const { hash } = await chain.block(undefined, options);
  const [free = 0n] = await chain.freeBalances([signer], hash, options);
  if (free < fee + spends) throw insufficientBalance(extrinsic, free, spends);
}

/**
 * Submits an extrinsic. If the connection is lost before the answer comes, the node may have it or
 * not: its count of the signer's extrinsics tells. Only if it has not, the same bytes are sent again.
 * Even if both of them arrived, the chain would take them once: they use the same nonce.
 */
async function handOver(
  chain: Chain,
  extrinsic: SignedExtrinsic,
  wait: WaitOptions,
): Promise<void> {
  for (let lost = false; true; lost = true) {
    try {
      return await chain.submit(extrinsic, wait);
    } catch (error) {
      if (!(error instanceof BittensorError)) throw error;
      const uncertain = lost || error.code === "chain/connection-lost";
      if (uncertain && await chain.nextNonce(extrinsic.signer, wait) > extrinsic.nonce) return;
      if (error.code === "chain/refused") {
        throw extrinsicRefused(extrinsic, messageOf(error.cause), error);
      }
      if (error.code !== "chain/connection-lost") throw error;
    }
  }
}

/** Runs what follows the submission: when its time is up, nobody knows what became of it. */
function withinTime<T>(
  extrinsic: SignedExtrinsic,
  { timeoutMs = FOLLOW_MS, signal }: WaitOptions,
  work: (wait: WaitOptions) => Promise<T>,
): Promise<T> {
  return withDeadline(
    (signal) => work({ timeoutMs, signal }),
    { timeoutMs, signal },
    () => extrinsicUnknown(extrinsic, timeoutMs),
  );
}
