/** The genesis block: the state that a chain starts with. */

import type { ChainIp } from "../../domain/ip.ts";
import type { Hex } from "../scale/hex.ts";
import type { Block, ChainStore } from "../state/chain_store.ts";
import { Overlay, type State } from "../state/overlay.ts";
import { setBalance } from "./balances.ts";
import { type AccountId, runtimeVersion } from "./primitives.ts";
import { sealBlock } from "./seal.ts";
import { addNeuron, TEXT } from "./subtensor/add_neuron.ts";
import { putParameters, type RuntimeParameters } from "./subtensor/parameters.ts";
import { changeStake } from "./subtensor/stake.ts";
import {
  pendingEmission as pendingEmissions,
  transactionFeePool as feePool,
  weightUids as allWeightUids,
  weightVals as allWeightVals,
} from "./subtensor/storage.ts";
import { clearFeeMultiplier } from "./transaction_payment.ts";
import { VERSION } from "./version.ts";

/** `:code`, where a node keeps its WebAssembly; clients tell by its hash whether it was replaced. */
const CODE_KEY: Hex = "0x3a636f6465";

/** What the genesis block holds; amounts are rao. */
export interface GenesisContent {
  /** At least the existential deposit each. */
  readonly balances: ReadonlyMap<AccountId, bigint>;
  /** In the order of their uids. */
  readonly neurons: readonly InitialNeuron[];
  readonly parameters: RuntimeParameters;
  readonly transactionFeePool: bigint;
}

/** A neuron that is there from the start. */
export interface InitialNeuron {
  readonly hotkey: AccountId;
  readonly coldkey: AccountId;
  readonly stake: bigint;
  readonly pendingEmission: bigint;
  readonly lastEmit: number;
  readonly weightUids: readonly number[];
  /** As the chain stores them. */
  readonly weightVals: readonly number[];
  readonly ip: ChainIp;
  readonly port: number;
}

/** Writes the state that a chain starts with. */
export type WriteState = (state: State) => void;

/** Writes the content of a genesis. */
export function genesisWriter(content: GenesisContent): WriteState {
  return (state) => {
    for (const [account, balance] of content.balances) {
      setBalance({ state, deposit: () => {} }, account, balance);
    }
    for (const neuron of content.neurons) putNeuron(state, neuron);
    putParameters(state, content.parameters);
    feePool.put(state, content.transactionFeePool);
    clearFeeMultiplier(state);
    // There is no WebAssembly: the version of the runtime stands for it.
    state.set(CODE_KEY, runtimeVersion.encode(VERSION));
  };
}

/** Adds the genesis block to an empty store. Equal states give equal blocks. */
export function appendGenesis(store: ChainStore, write: WriteState): Block {
  const state = new Overlay(store, -1);
  write(state);
  const block = sealBlock(undefined, [], state);
  store.append(block, state.changes);
  return block;
}

function putNeuron(state: State, neuron: InitialNeuron): void {
  const { hotkey, coldkey, ip, port, lastEmit, stake, pendingEmission } = neuron;
  const endpoint = { ip: ip.value, ip_type: ip.type, port, modality: TEXT };
  const uid = addNeuron(state, { ...endpoint, hotkey, coldkey }, lastEmit);
  changeStake(state, uid, stake);
  if (pendingEmission > 0n) pendingEmissions.put(state, uid, pendingEmission);
  allWeightUids.put(state, uid, neuron.weightUids.map(BigInt));
  allWeightVals.put(state, uid, neuron.weightVals);
}
