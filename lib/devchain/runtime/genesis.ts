/** The genesis block: balances, and no neurons. */

import { type Address, publicKeyOf } from "../../domain/address.ts";
import type { Rao } from "../../domain/balance.ts";
import { type Hex, toHex } from "../scale/hex.ts";
import type { Block, ChainStore } from "../state/chain_store.ts";
import { Overlay } from "../state/overlay.ts";
import { EXISTENTIAL_DEPOSIT, setBalance } from "./balances.ts";
import { runtimeVersion } from "./primitives.ts";
import { sealBlock } from "./seal.ts";
import { clearFeeMultiplier } from "./transaction_payment.ts";
import { VERSION } from "./version.ts";

const MAX_BALANCE = 1n << 64n;

/** `:code`, where a node keeps its WebAssembly; clients tell by its hash whether it was replaced. */
const CODE_KEY: Hex = "0x3a636f6465";

/**
 * Adds the genesis block to an empty store. Equal balances give an equal block.
 *
 * @throws {RangeError} If a balance is below the existential deposit or does not fit into 64 bits.
 */
export function appendGenesis(
  store: ChainStore,
  balances: ReadonlyMap<Address, Rao>,
): Block {
  const state = new Overlay(store, -1);
  for (const [address, balance] of balances) {
    if (balance < EXISTENTIAL_DEPOSIT || balance >= MAX_BALANCE) {
      throw new RangeError(`Cannot endow ${address} with ${balance} rao: give it 500 to 2^64 - 1`);
    }
    setBalance({ state, deposit: () => {} }, toHex(publicKeyOf(address)), balance);
  }
  clearFeeMultiplier(state);
  // There is no WebAssembly: the version of the runtime stands for it.
  state.set(CODE_KEY, runtimeVersion.encode(VERSION));
  const block = sealBlock(undefined, [], state);
  store.append(block, state.changes);
  return block;
}
