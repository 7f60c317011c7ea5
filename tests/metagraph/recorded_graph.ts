/** The chain of four neurons that the original metagraph was fed with. */

import type { Chain } from "../../lib/chain/chain.ts";
import { Subtensor } from "../../lib/chain/subtensor.ts";
import { type Address, publicKeyOf } from "../../lib/domain/address.ts";
import { rao } from "../../lib/domain/balance.ts";
import { type Metagraph, metagraph } from "../../lib/metagraph/metagraph.ts";
import { storedChain, type StoredMaps, uidBytes } from "../chain/stored_chain.ts";
import vectors from "../vectors/metagraph.json" with { type: "json" };

const { chain: recorded } = vectors;

/** Bytes of an unsigned integer, little-endian. */
function little(value: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, index) => Number(value >> BigInt(8 * index) & 0xffn));
}

/** A list of integers as SCALE; fewer than 64 of them. */
export function list(values: readonly number[], width: number): Uint8Array {
  return Uint8Array.from([
    values.length << 2,
    ...values.flatMap((value) => little(BigInt(value), width)),
  ]);
}

/** The addresses are numbers of up to 128 bits: read from the text, where JavaScript loses digits. */
const IPS = [1676576824n, 2489741700n, 42540766411282592856903984951653826565n, 0n];

/** The storage of the recorded chain, as a node holds it. */
export function recordedMaps(): StoredMaps {
  const column = <T>(entries: readonly unknown[], bytesOf: (value: T) => Uint8Array) =>
    new Map((entries as [number, T][]).map(([uid, value]) => [uid, bytesOf(value)]));
  type Neuron = (typeof recorded.neurons)[number][1] & { uid: number } & Record<string, never>;
  return {
    NextUID: new Map([[-1, uidBytes(recorded.neurons.length)]]),
    Neurons: column<Neuron>(recorded.neurons, (neuron) =>
      Uint8Array.from([
        ...little(IPS[neuron.uid]!, 16),
        ...little(BigInt(neuron.port), 2),
        neuron.ip_type,
        ...little(BigInt(neuron.uid), 8),
        neuron.modality,
        ...publicKeyOf(neuron.hotkey as Address),
        ...publicKeyOf(neuron.coldkey as Address),
      ])),
    Stake: column<number>(recorded.stake, (stake) => Uint8Array.from(little(BigInt(stake), 8))),
    LastEmit: column<number>(
      recorded.last_emit,
      (block) => Uint8Array.from(little(BigInt(block), 4)),
    ),
    WeightUids: column<number[]>(recorded.weight_uids, (uids) => list(uids, 8)),
    WeightVals: column<number[]>(recorded.weight_vals, (values) => list(values, 4)),
  };
}

/** A client of that chain. */
function clientOf(maps: StoredMaps = recordedMaps(), block = recorded.block): Subtensor {
  const balances: Readonly<Record<string, number>> = recorded.balances;
  const chain: Chain = {
    ...storedChain(maps),
    block: () => Promise.resolve({ hash: "0x00", number: block }),
    freeBalances: (addresses) =>
      Promise.resolve(addresses.map((address) => rao(BigInt((balances[address] ?? 0) * 1e9)))),
  };
  return new Subtensor("akatsuki", chain);
}

/** A metagraph that was synced from it. */
export async function recordedGraph(maps?: StoredMaps, block?: number): Promise<Metagraph> {
  return await metagraph({ subtensor: clientOf(maps, block) }).sync();
}
