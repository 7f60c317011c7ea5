/** A chain whose storage is whatever a test says: what a broken or hostile node could serve. */

import type { Chain } from "../../lib/chain/chain.ts";

/** Values of storage maps whose keys are uids; of a plain item, the value of uid -1. */
export type StoredMaps = Readonly<Record<string, ReadonlyMap<number, Uint8Array>>>;

/** A chain at block 7 that serves these maps of SubtensorModule, and no balances. */
export function storedChain(maps: StoredMaps): Chain {
  const chain: Partial<Chain> = {
    endpoint: "ws://127.0.0.1:1",
    block: () => Promise.resolve({ hash: "0x00", number: 7 }),
    values: (_pallet, item, suffixes) =>
      Promise.resolve(suffixes.map((suffix) => maps[item]?.get(uidOf(suffix)))),
    freeBalances: () => Promise.resolve([]),
  };
  return chain as Chain;
}

/** A uid as the chain writes it. */
export function uidBytes(uid: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(uid), true);
  return bytes;
}

function uidOf(suffix: Uint8Array): number {
  if (suffix.length === 0) return -1;
  return Number(new DataView(suffix.buffer, suffix.byteOffset).getBigUint64(0, true));
}
