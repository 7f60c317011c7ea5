/** Extrinsics: submitted once, followed to the point that the caller waits for. */

import type { WaitOptions } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { Signer } from "../domain/signer.ts";
import type { Call, Chain, ExtrinsicStatus, Hex } from "./chain.ts";

/** How far to follow an extrinsic. */
export interface ExtrinsicOptions extends WaitOptions {
  /** Return when a block holds it. @default {false} */
  readonly waitForInclusion?: boolean | undefined;
  /** Return when the block that holds it is final. @default {true} */
  readonly waitForFinalization?: boolean | undefined;
}

/** What became of an extrinsic, as far as it was followed. */
export interface ExtrinsicReceipt {
  /** Block that holds it; absent if the call did not wait for one. */
  readonly blockHash?: Hex;
  /** True if that block is final. */
  readonly finalized: boolean;
  /** Events of the extrinsic, such as `SubtensorModule.NeuronAdded`. */
  readonly events: readonly string[];
}

/** A call was put into a block, and the chain undid or refused it there. */
export class ExtrinsicError extends BittensorError {
  override readonly name = "ExtrinsicError";
  /** The chain's own name of the error, such as `SubtensorModule.InvalidIpAddress`. */
  readonly chainError: string;

  constructor(call: string, chainError: string, docs: string) {
    const meaning = docs === "" ? "" : ` (${docs})`;
    super("chain/extrinsic-failed", `The chain refused ${call}: ${chainError}${meaning}`);
    this.chainError = chainError;
  }
}

/** Words with which a node gives an extrinsic up. */
const GIVEN_UP = ["dropped", "invalid", "usurped", "finalityTimeout"];

/**
 * Signs a call, submits it once and follows it.
 *
 * A timeout or an abort ends the wait only: an extrinsic that a node has taken cannot be recalled.
 *
 * @throws {BittensorError} `chain/extrinsic-refused` if the node does not take it or gives it up.
 * @throws {ExtrinsicError} If it is in a block and failed there.
 */
export async function submitExtrinsic(
  chain: Chain,
  call: Call,
  signer: Signer,
  options: ExtrinsicOptions = {},
): Promise<ExtrinsicReceipt> {
  const { waitForInclusion = false, waitForFinalization = true } = options;
  const extrinsic = await chain.sign(call, signer, options);
  const name = `${call.pallet}.${call.name}`;
  try {
    for await (const status of chain.watch(extrinsic, options)) {
      const blockHash = blockOf(status, "finalized") ??
        (waitForFinalization ? undefined : blockOf(status, "inBlock"));
      if (blockHash !== undefined) {
        const finalized = blockOf(status, "finalized") !== undefined;
        return { blockHash, finalized, events: await eventsOf(chain, name, extrinsic, blockHash) };
      }
      if (GIVEN_UP.includes(wordOf(status))) throw refused(name, `it is ${wordOf(status)}`);
      if (!waitForInclusion && !waitForFinalization) return { finalized: false, events: [] };
    }
  } catch (error) {
    if (error instanceof BittensorError && error.code === "chain/refused") {
      throw refused(name, messageOf(error.cause), error);
    }
    throw error;
  }
  throw refused(name, "the node stopped reporting on it");
}

async function eventsOf(
  chain: Chain,
  call: string,
  extrinsic: Hex,
  blockHash: Hex,
): Promise<readonly string[]> {
  const { events, failure } = await chain.inclusion(extrinsic, blockHash);
  if (failure) throw new ExtrinsicError(call, failure.name, failure.docs);
  return events;
}

function refused(call: string, reason: string, cause?: unknown): BittensorError {
  return new BittensorError(
    "chain/extrinsic-refused",
    `The node did not take ${call}: ${reason}`,
    { cause },
  );
}

function wordOf(status: ExtrinsicStatus): string {
  return typeof status === "string" ? status : Object.keys(status)[0] ?? "";
}

function blockOf(status: ExtrinsicStatus, word: string): Hex | undefined {
  const hash = typeof status === "string" ? undefined : status[word];
  return typeof hash === "string" && hash.startsWith("0x") ? hash as Hex : undefined;
}
