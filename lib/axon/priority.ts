/** Who is served first. */

import { logger } from "../base/log.ts";
import type { Metagraph } from "../metagraph/metagraph.ts";

/** What hooks learn about who asks. */
export interface RequestCaller {
  /** Hotkey that the request names, `""` if none. */
  readonly hotkey: string;
  /** Whether a signature proves it; otherwise it is what the caller says. */
  readonly verified: boolean;
}

/**
 * How urgent the requests of a caller are: a higher number is served first. It is asked only for
 * requests that have to wait.
 */
export type PriorityFunction = (caller: RequestCaller) => number | Promise<number>;

/** What the default priority reads of a metagraph. */
export type StakeSource = Pick<Metagraph, "block" | "n" | "hotkeys" | "stake">;

/** Priority of those of whom nothing is known. */
const UNKNOWN = 0;

/**
 * The stake of the caller, in tao, as the metagraph has it at its latest sync. Callers that are not
 * verified have none: anyone can claim a name.
 */
export function stakePriority(metagraph: StakeSource): PriorityFunction {
  let stakes = new Map<string, number>();
  let readAt = "";
  return ({ hotkey, verified }) => {
    if (!verified) return UNKNOWN;
    const state = `${metagraph.block}:${metagraph.n}`;
    if (state !== readAt) {
      stakes = readStakes(metagraph);
      readAt = state;
    }
    return stakes.get(hotkey) ?? UNKNOWN;
  };
}

function readStakes({ hotkeys, stake }: StakeSource): Map<string, number> {
  const column = stake.toArray() as readonly number[];
  return new Map(hotkeys.map((hotkey, uid) => [hotkey, column[uid] ?? UNKNOWN]));
}

/** The priority of a caller; 0 if the function fails, or says NaN, which is logged. */
export async function priorityOf(
  caller: RequestCaller,
  priority: PriorityFunction,
): Promise<number> {
  try {
    const value = await priority(caller);
    if (typeof value === "number" && !Number.isNaN(value)) return value;
    logger("axon").warn("The priority of {hotkey} is {value}, no number: 0 is taken", {
      hotkey: caller.hotkey,
      value,
    });
  } catch (error) {
    logger("axon").warn("The priority function failed, 0 is taken: {error}", { error });
  }
  return UNKNOWN;
}
