/** Scores of neurons: computed on the core, from weights and stake. */

import { Tensor } from "../base/tensor.ts";
import { toTao } from "../domain/balance.ts";
import { TAU } from "../domain/constants.ts";
import { chooseDevice, type DeviceChoice } from "../onnx/device.ts";
import type { Graph } from "../onnx/graph/graph_builder.ts";
import { modelBytes } from "../onnx/graph/model_bytes.ts";
import { createSession, type NamedTensors, type Session } from "../onnx/runtime.ts";
import {
  BACKING,
  BEFORE,
  INCENTIVE,
  RANKS,
  scoreGraph,
  sparseScoreGraph,
  STAKE,
  SUPPORT,
  TARGETS,
  TOTAL_STAKE,
  TRUST,
  WEIGHTS,
} from "./score_graph.ts";
import { sparseBlocks } from "./sparse_blocks.ts";
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

/** A matrix that is fuller than one part in so many is multiplied as a whole, which is faster then. */
const SPARSENESS = 8;

/** The graphs of the scores, loaded on a device. Disposing frees them. */
export class Scorer implements AsyncDisposable {
  /** For rows of the whole matrix. */
  readonly #dense: Session;
  /** For rows without zeros. */
  readonly #sparse: Session;

  private constructor(dense: Session, sparse: Session) {
    this.#dense = dense;
    this.#sparse = sparse;
  }

  /**
   * Loads the graphs.
   *
   * @throws {BittensorError} `device/unavailable`; `onnx/load`; `onnx/permission`.
   */
  static async load(choice: DeviceChoice = "cpu"): Promise<Scorer> {
    const { device } = await chooseDevice(choice);
    await using loaded = new AsyncDisposableStack();
    const load = async (graph: Graph) => {
      const options = { device, threads: THREADS, name: "the graph of scores", keepMemory: true };
      const session = await createSession(modelBytes(graph), options);
      return loaded.adopt(session, (session) => session.release());
    };
    const scorer = new Scorer(await load(scoreGraph(TAU)), await load(sparseScoreGraph(TAU)));
    loaded.move();
    return scorer;
  }

  /** The scores of a network: of its weights, and the stake of each neuron in rao. */
  scores(weights: SparseWeights, stake: BigUint64Array): Promise<Scores> {
    const tao = Float32Array.from(stake, toTao);
    const count = weights.weightUids.reduce((sum, { length }) => sum + length, 0);
    const isSparse = count * SPARSENESS <= tao.length ** 2;
    return isSparse
      ? scoresBy(this.#sparse, tao.length, sparseInputs(weights, tao))
      : this.scoresOfBlocks(weightBlocks(weights), tao);
  }

  /**
   * The scores of a weight matrix.
   *
   * @param blocks Consecutive rows of it, each `[rows, n]`; each block is used before the next is
   *   taken.
   * @param stake In tao, `[n]`.
   */
  scoresOfBlocks(blocks: Iterable<Float32Array>, stake: Float32Array): Promise<Scores> {
    return scoresBy(this.#dense, stake.length, denseInputs(blocks, stake));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dense.release();
    await this.#sparse.release();
  }
}

/** What the dense graph takes of each block of rows. */
function* denseInputs(
  blocks: Iterable<Float32Array>,
  stake: Float32Array,
): Generator<NamedTensors, void> {
  let row = 0;
  for (const block of blocks) {
    const rows = block.length / stake.length;
    yield {
      [WEIGHTS]: new Tensor("float32", block, [rows, stake.length]),
      [STAKE]: rowOf(stake.subarray(row, row += rows)),
    };
  }
}

/** What the sparse graph takes of each block of rows. */
function* sparseInputs(weights: SparseWeights, stake: Float32Array): Generator<NamedTensors, void> {
  for (const block of sparseBlocks(weights, stake)) {
    yield {
      [WEIGHTS]: rowOf(block.values),
      [TARGETS]: new Tensor("int64", block.targets, [1, block.targets.length]),
      [BACKING]: rowOf(block.backing),
      [STAKE]: rowOf(block.stake),
    };
  }
}

/** Sums over the blocks of a network of n neurons, and gives the scores that come of the sums. */
async function scoresBy(
  session: Session,
  n: number,
  blocks: Iterable<NamedTensors>,
): Promise<Scores> {
  if (n === 0) return NO_SCORES;
  let sums: NamedTensors = {
    [RANKS]: rowOf(new Float32Array(n)),
    [SUPPORT]: rowOf(new Float32Array(n)),
    [TOTAL_STAKE]: rowOf(new Float32Array(1)),
  };
  for (const block of blocks) {
    sums = await session.run({
      ...block,
      [RANKS + BEFORE]: sums[RANKS]!,
      [SUPPORT + BEFORE]: sums[SUPPORT]!,
      [TOTAL_STAKE + BEFORE]: sums[TOTAL_STAKE]!,
    });
  }
  return {
    ranks: elementsOf(sums, RANKS),
    trust: elementsOf(sums, TRUST),
    incentive: elementsOf(sums, INCENTIVE),
  };
}

function rowOf(elements: Float32Array): Tensor {
  return new Tensor("float32", elements, [1, elements.length]);
}

function elementsOf(tensors: NamedTensors, name: string): Float32Array {
  const data = tensors[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new TypeError(`The graph of scores gives no ${name}`);
}
