import { blake2_256 } from "../scale/crypto.ts";
import { namedAccountPaths } from "./dev_path.ts";
import type { Genesis, GenesisNeuron } from "./genesis.ts";

/** Options of {@linkcode tutorialGenesis}. */
export interface TutorialGenesisOptions {
  /** Another seed gives other stakes, weights and owners. @default {0} */
  readonly seed?: number | undefined;
  /**
   * Where all neurons are said to listen, at the ports 1 to 37: for a network on this machine, where
   * some of them come to life.
   * @default addresses of a range for documentation, where nobody listens
   */
  readonly ip?: string | undefined;
}

/** Neurons of the tutorial's network. */
const NEURONS = 37;

/** About what the network had given out by then: half a tao for each of some 417,000 blocks. */
const RICH_STAKE = 200_000;

/** Neurons with a little stake. */
const POOR = 11;

/**
 * A network in the shape of the tutorial's, akatsuki in August 2021: 37 neurons, one of which holds
 * nearly all stake, some a little and most none; who has none never set weights that mattered.
 *
 * Only the shape is that of 2021. The accounts are development accounts: six coldkeys, the named ones,
 * which own hotkeys `//Tutorial//0` to `//Tutorial//36`. The IP addresses are of a range for
 * documentation, where nobody listens. The same seed gives the same document on every machine.
 *
 * @example The tutorial's metagraph
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await bittensor.devchain({ genesis: bittensor.tutorialGenesis() });
 * const graph = await bittensor.metagraph({ network: chain.endpoint }).sync();
 * assert.equal(graph.n, 37);
 * ```
 */
export function tutorialGenesis({ seed = 0, ip }: TutorialGenesisOptions = {}): Genesis {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`Cannot use the seed ${seed}: it is a whole number, 0 or more`);
  }
  const draw = (label: string, bound: number) => drawn(`${seed}/${label}`, bound);
  const uids = Array.from({ length: NEURONS }, (_, uid) => uid);
  const shuffled = uids.toSorted((a, b) =>
    draw(`order/${a}`, 2 ** 32) - draw(`order/${b}`, 2 ** 32) || a - b
  );
  const rich = shuffled[0]!;
  const poor = new Set(shuffled.slice(1, 1 + POOR));
  const coldkeys = namedAccountPaths();
  const neurons = uids.map((uid): GenesisNeuron => {
    const neuron = {
      hotkey: `//Tutorial//${uid}`,
      coldkey: coldkeys[uid === rich ? 0 : draw(`coldkey/${uid}`, coldkeys.length)]!,
      ...ip === undefined ? { ip: `203.0.113.${uid + 1}`, port: 8091 } : { ip, port: uid + 1 },
    };
    if (uid !== rich && !poor.has(uid)) return neuron;
    const stake = uid === rich ? RICH_STAKE : 1 + draw(`stake/${uid}`, 100);
    return { ...neuron, stake: `${stake} tao`, weights: weightsOf(uid) };
  });
  return {
    balances: Object.fromEntries(coldkeys.map((coldkey) => [coldkey, "1000 tao"])),
    neurons,
  };

  /** The rich one gives weight to all others, a poor one to a few. */
  function weightsOf(uid: number): readonly (readonly number[])[] {
    const others = uids.filter((other) => other !== uid);
    const chosen = uid === rich
      ? others
      : others.filter((other) => draw(`chosen/${uid}/${other}`, NEURONS) < 5);
    if (chosen.length === 0) return [[uid, 1]];
    return chosen.map((other) => [other, 1 + draw(`weight/${uid}/${other}`, 1000)]);
  }
}

/** A number below `bound` that depends on the label alone. */
function drawn(label: string, bound: number): number {
  const hash = blake2_256(new TextEncoder().encode(label));
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % bound;
}
