/** Extrinsics for the pool, which looks only at their heads. */

import type { PoolCandidate, TransactionStatus } from "../../lib/devchain/node/pool_entry.ts";
import { findCall } from "../../lib/devchain/runtime/pallets.ts";

/** What a test says of an extrinsic; the rest does not matter to the pool. */
export interface Wanted {
  readonly signer: string;
  readonly nonce: number;
  readonly priority?: bigint;
  readonly validUntil?: number;
  readonly length?: number;
}

/** An extrinsic that asks for a place in the pool, and all that it was told. */
export interface Heard extends PoolCandidate {
  readonly heard: TransactionStatus[];
}

const remark = findCall(0, 1)!;
let lastHash = 0;

/** Makes an extrinsic with a hash of its own. */
export function candidate(
  { signer, nonce, priority = 0n, validUntil = Infinity, length = 100 }: Wanted,
): Heard {
  const heard: TransactionStatus[] = [];
  return {
    heard,
    priority,
    validUntil,
    notify: (status) => heard.push(status),
    extrinsic: {
      hash: `0x${(++lastHash).toString(16)}`,
      bytes: new Uint8Array(length),
      signer: `0x${signer}`,
      era: "immortal",
      nonce,
      tip: 0n,
      call: remark,
      run: () => {},
      signature: { tag: "Sr25519", value: "0x" },
      callBytes: new Uint8Array(),
    },
  };
}
