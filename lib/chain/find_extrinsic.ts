/** Looks for an extrinsic in the blocks of the chain. */

import type { WaitOptions } from "../base/deadline.ts";
import type { BlockHead, BlocksOptions, Chain, InclusionReport, SignedExtrinsic } from "./chain.ts";
import { extrinsicRefused } from "./extrinsic_error.ts";

/** An extrinsic in a block. */
export interface FoundExtrinsic {
  readonly block: BlockHead;
  readonly report: InclusionReport;
}

/**
 * Waits for the block that holds an extrinsic which a node has taken.
 *
 * Reading blocks tells the truth also after a lost connection, where the node has forgotten that we
 * watched.
 *
 * @throws {BittensorError} `chain/extrinsic-refused` if it is in no block and no node has it any more.
 */
export function findExtrinsic(
  chain: Chain,
  extrinsic: SignedExtrinsic,
  wait: WaitOptions,
): Promise<FoundExtrinsic> {
  const { connections } = chain;
  return scan(chain, extrinsic, { ...wait, from: extrinsic.validFrom }, async () => {
    // The node counts what waits in it and what is in its blocks.
    const nonce = await chain.nextNonce(extrinsic.signer, wait);
    // Another node, or the same one started again, may not have heard of the extrinsic yet.
    if (nonce <= extrinsic.nonce && chain.connections === connections) {
      throw extrinsicRefused(extrinsic, "it has dropped the extrinsic again");
    }
  });
}

/** Waits for the block that holds an extrinsic to be final, or another one in its place. */
export async function findFinalized(
  chain: Chain,
  extrinsic: SignedExtrinsic,
  included: FoundExtrinsic,
  wait: WaitOptions,
): Promise<FoundExtrinsic> {
  const from = included.block.number;
  for await (const block of chain.blocks({ ...wait, finalized: true, from })) {
    if (block.hash === included.block.hash) return included;
    break;
  }
  const finalized = { ...wait, finalized: true, from: extrinsic.validFrom };
  return await scan(chain, extrinsic, finalized, () => Promise.resolve());
}

async function scan(
  chain: Chain,
  extrinsic: SignedExtrinsic,
  options: BlocksOptions,
  onMissing: () => Promise<void>,
): Promise<FoundExtrinsic> {
  for await (const block of chain.blocks(options)) {
    const report = await chain.inclusion(extrinsic, block.hash, options);
    if (report) return { block, report };
    if (block.number + 1 >= extrinsic.validUntil) break;
    await onMissing();
  }
  throw extrinsicRefused(extrinsic, `no block before number ${extrinsic.validUntil} holds it`);
}
