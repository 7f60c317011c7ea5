/** What the real runtime of August 2021 (spec 100) did with some networks, block for block. */

import type { Genesis } from "../../lib/devchain/genesis/genesis.ts";
import vectors from "../vectors/emission_akatsuki.json" with { type: "json" };

/** A neuron as it is stored; genesis leaves out what has its default. */
export interface RecordedNeuron {
  readonly uid: number;
  readonly hotkey?: string;
  readonly coldkey?: string;
  readonly stake: string;
  readonly pendingEmission?: string;
  readonly lastEmit?: number;
  readonly weightUids?: readonly number[];
  readonly weightVals?: readonly number[];
}

export interface RecordedCall {
  /** Path of a development key. */
  readonly signer: string;
  readonly call: string;
  readonly args: Readonly<Record<string, string | number | readonly number[]>>;
  readonly tip?: string;
  /** Bytes of the signed extrinsic. */
  readonly len: number;
  /** What the pool is told: priority and longevity, or why not. */
  readonly validity: { readonly priority: string; readonly longevity: string } | {
    readonly invalid: Readonly<Record<string, null>>;
  };
  /** `ok`, `refused`, or the name of an error. */
  readonly result: string;
  readonly fee?: string;
  readonly events?: readonly unknown[];
}

/** Storage at the end of a block. */
export interface RecordedState {
  readonly number: number;
  readonly neurons?: readonly RecordedNeuron[];
  readonly free?: Readonly<Record<string, string>>;
  /** Single values by their names. */
  readonly [value: string]: unknown;
}

export interface RecordedBlock {
  /** So many blocks without calls, one if it is missing. */
  readonly empty?: number;
  /** The number of the block, if it is not the next. */
  readonly jumpTo?: number;
  readonly calls?: readonly RecordedCall[];
  /** So many hotkeys that were not there before subscribe. */
  readonly subscribers?: number;
  /** How often they had which result. */
  readonly results?: Readonly<Record<string, number>>;
  readonly after: RecordedState;
}

export interface Scenario {
  readonly name: string;
  readonly genesis: {
    readonly balances: Readonly<Record<string, string>>;
    readonly neurons?: readonly RecordedNeuron[];
    readonly transactionFeePool?: string;
  };
  /** From block 3 on: the blocks before are empty. */
  readonly blocks: readonly RecordedBlock[];
}

/** All that was recorded. The file is wider than these types, and its kinds of blocks differ. */
export const SCENARIOS = vectors.vectors as unknown as readonly Scenario[];

/** Whether a scenario leaves blocks out, which a chain cannot. */
export function jumps({ blocks }: Scenario): boolean {
  return blocks.some(({ jumpTo }) => jumpTo !== undefined);
}

/** The genesis document of a scenario. */
export function genesisOf({ genesis }: Scenario): Genesis {
  const { balances, neurons = [], transactionFeePool = "0" } = genesis;
  return {
    balances: Object.fromEntries(
      Object.entries(balances).map(([account, amount]) => [account, `${amount} rao`]),
    ),
    neurons: neurons.map(({ hotkey = "", coldkey = "", stake, ...neuron }) => ({
      hotkey,
      coldkey,
      stake: `${stake} rao`,
      pendingEmission: `${neuron.pendingEmission ?? 0} rao`,
      lastEmit: neuron.lastEmit,
      // The recording has these, where it mentions them.
      ip: "8.8.8.8",
      port: 8091,
      weights: neuron.weightUids?.map((uid, index) => [uid, neuron.weightVals![index]!]),
    })),
    parameters: { transactionFeePool: `${transactionFeePool} rao` },
  };
}
