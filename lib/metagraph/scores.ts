/** Scores of neurons: computed on the core, from weights and stake. */

import { Tensor } from "../base/tensor.ts";
import { toTao } from "../domain/balance.ts";
import { TAU } from "../domain/constants.ts";
import { chooseDevice, type DeviceChoice } from "../onnx/device.ts";
import { modelBytes } from "../onnx/graph/model_bytes.ts";
import { createSession, type NamedTensors, type Session } from "../onnx/runtime.ts";
import {
  BEFORE,
  INCENTIVE,
  RANKS,
  scoreGraph,
  STAKE,
  SUPPORT,
  TOTAL_STAKE,
  TRUST,
  WEIGHTS,
} from "./score_graph.ts";
import { type SparseWeights, weightBlocks } from "./weights.ts";

/** What the weights that neurons set on each other, and their stake, make of each neuron. */
export interface Scores {
  /** Rank R = Wᵀ · S: the stake behind a neuron, each weight counting as much as it is; tao, `[n]`. */
  readonly ranks: Float32Array;
  /** Share of all stake whose owners set some weight on a neuron, from 0 to 1, `[n]`. */
  readonly trust: Float32Array;
  /** Incentive I = tau · R / ΣR: the share of each block's emission, in tao, `[n]`. */
  readonly incentive: Float32Array;
}

/** No neurons, no scores. */
export const NO_SCORES: Scores = {
  ranks: new Float32Array(),
  trust: new Float32Array(),
  incentive: new Float32Array(),
};

/** More threads do not read memory faster. */
const THREADS = Math.min(2, navigator.hardwareConcurrency);

/** The graph of the scores, loaded on a device. Disposing frees it. */
export class Scorer implements AsyncDisposable {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Loads the graph.
   *
   * @throws {BittensorError} `device/unavailable`; `onnx/load`; `onnx/permission`.
   */
  static async load(choice: DeviceChoice = "cpu"): Promise<Scorer> {
    const { device } = await chooseDevice(choice);
    const model = modelBytes(scoreGraph(TAU));
    const options = { device, threads: THREADS, name: "the graph of scores", keepMemory: true };
    return new Scorer(await createSession(model, options));
  }

  /** The scores of a network: of its weights, and the stake of each neuron in rao. */
  scores(weights: SparseWeights, stake: BigUint64Array): Promise<Scores> {
    return this.scoresOfBlocks(weightBlocks(weights), Float32Array.from(stake, toTao));
  }

  /**
   * The scores of a weight matrix.
   *
   * @param blocks Consecutive rows of it, each `[rows, n]`; each block is used before the next is
   *   taken.
   * @param stake In tao, `[n]`.
   */
  async scoresOfBlocks(blocks: Iterable<Float32Array>, stake: Float32Array): Promise<Scores> {
    const n = stake.length;
    let row = 0;
    let sums: NamedTensors = {
      [RANKS]: rowOf(new Float32Array(n)),
      [SUPPORT]: rowOf(new Float32Array(n)),
      [TOTAL_STAKE]: rowOf(new Float32Array(1)),
    };
    for (const block of blocks) {
      const rows = block.length / n;
      sums = await this.#session.run({
        [WEIGHTS]: new Tensor("float32", block, [rows, n]),
        [STAKE]: rowOf(stake.subarray(row, row + rows)),
        [RANKS + BEFORE]: sums[RANKS]!,
        [SUPPORT + BEFORE]: sums[SUPPORT]!,
        [TOTAL_STAKE + BEFORE]: sums[TOTAL_STAKE]!,
      });
      row += rows;
    }
    if (row === 0) return NO_SCORES;
    return {
      ranks: elementsOf(sums, RANKS),
      trust: elementsOf(sums, TRUST),
      incentive: elementsOf(sums, INCENTIVE),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }
}

function rowOf(elements: Float32Array): Tensor {
  return new Tensor("float32", elements, [1, elements.length]);
}

function elementsOf(tensors: NamedTensors, name: string): Float32Array {
  const data = tensors[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new TypeError(`The graph of scores gives no ${name}`);
}
