/** The state of the seed era's metagraph: ten arrays under the names that its Python package used. */

import { type Rao, rao, RAO_PER_TAO, toTao } from "../domain/balance.ts";
import { TAU, WEIGHT_SCALE, WIRE_VERSION } from "../domain/constants.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import {
  ENDPOINT_TENSOR_LENGTH,
  endpointFromTensor,
  endpointToTensor,
} from "../domain/endpoint_tensor.ts";
import { Tensor } from "../base/tensor.ts";
import { type NDArray, ndarray } from "./arrays.ts";
import type { NamedArrays } from "./named_arrays.ts";
import { checkWeights, type Snapshot } from "./snapshot.ts";
import { weightMatrix } from "./weights.ts";

/** The arrays of a state dict, in the order of the Python package. */
export interface StateDict {
  /** Version of the wire, int64 `[1]`: 120. */
  readonly version: NDArray<"int64">;
  /** Number of neurons, int64 `[1]`. */
  readonly n: NDArray<"int64">;
  /** Tao that a block emits, float32 `[1]`. */
  readonly tau: NDArray<"float32">;
  /** Number of the block, int64 `[1]`. */
  readonly block: NDArray<"int64">;
  /** 0 … n − 1, int64 `[n]`. */
  readonly uids: NDArray<"int64">;
  /** Stake in tao, float32 `[n]`. */
  readonly stake: NDArray<"float32">;
  /** Block of the last emission or subscription, int64 `[n]`. */
  readonly lastemit: NDArray<"int64">;
  /** Weights from 0 to 1, float32 `[n, n]`. */
  readonly weights: NDArray<"float32">;
  /** Endpoint tensors, int64 `[n, 250]`; see `endpointToTensor()`. */
  readonly endpoints: NDArray<"int64">;
  /** Free balance of each neuron's coldkey in tao, float32 `[n]`. */
  readonly balances: NDArray<"float32">;
}

/** The state dict of a snapshot. */
export function stateDictOf(snapshot: Snapshot): StateDict {
  const { endpoints } = snapshot;
  const n = endpoints.length;
  return {
    version: integers([WIRE_VERSION]),
    n: integers([n]),
    tau: ndarray(Float32Array.of(TAU)),
    block: integers([snapshot.block]),
    uids: integers(endpoints.map(({ uid }) => uid)),
    stake: ndarray(Float32Array.from(snapshot.stake, toTao)),
    lastemit: integers(snapshot.lastUpdate),
    weights: ndarray(weightMatrix(snapshot), [n, n]),
    endpoints: encodeEndpoints(endpoints),
    balances: ndarray(Float32Array.from(snapshot.balances, toTao)),
  };
}

/**
 * The snapshot of a state dict. Floats are rounded to what the chain stores.
 *
 * @throws {TypeError} If an array is missing, or has another type or size.
 * @throws {BittensorError} `endpoint/tensor`.
 */
export function snapshotFromStateDict(arrays: NamedArrays): Snapshot {
  const n = arrays.number("n");
  const weights = arrays.elements("weights", "float32", n * n);
  const rows = Array.from({ length: n }, (_, uid) => weights.subarray(uid * n, (uid + 1) * n));
  const snapshot: Snapshot = {
    block: arrays.number("block"),
    endpoints: decodeEndpoints(arrays.elements("endpoints", "int64", n * ENDPOINT_TENSOR_LENGTH)),
    stake: BigUint64Array.from(arrays.elements("stake", "float32", n), fromTao),
    lastUpdate: Uint32Array.from(arrays.elements("lastemit", "int64", n), Number),
    weightUids: rows.map((row) => Uint32Array.from(row.keys()).filter((uid) => row[uid]! > 0)),
    weightVals: rows.map((row) => Uint32Array.from(row.filter((weight) => weight > 0), fromWeight)),
    balances: Array.from(arrays.elements("balances", "float32", n), fromTao),
  };
  checkWeights(snapshot);
  return snapshot;
}

function integers(values: Iterable<number>): NDArray<"int64"> {
  return ndarray(BigInt64Array.from(values, BigInt));
}

function encodeEndpoints(endpoints: readonly Endpoint[]): NDArray<"int64"> {
  const all = new BigInt64Array(endpoints.length * ENDPOINT_TENSOR_LENGTH);
  for (const [index, endpoint] of endpoints.entries()) {
    all.set(endpointToTensor(endpoint).data, index * ENDPOINT_TENSOR_LENGTH);
  }
  return ndarray(all, [endpoints.length, ENDPOINT_TENSOR_LENGTH]);
}

function decodeEndpoints(all: BigInt64Array): Endpoint[] {
  return Array.from({ length: all.length / ENDPOINT_TENSOR_LENGTH }, (_, uid) => {
    const start = uid * ENDPOINT_TENSOR_LENGTH;
    const data = all.slice(start, start + ENDPOINT_TENSOR_LENGTH);
    const endpoint = endpointFromTensor(new Tensor("int64", data, [ENDPOINT_TENSOR_LENGTH]));
    if (endpoint.uid === uid) return endpoint;
    throw new TypeError(`endpoint ${uid} says that it is ${endpoint.uid}`);
  });
}

/** Rao of an amount in tao, to the nearest. */
function fromTao(tao: number): Rao {
  const amount = Math.round(tao * Number(RAO_PER_TAO));
  if (amount >= 0 && amount < 2 ** 64) return rao(BigInt(amount));
  throw new TypeError(`${tao} is no amount of tao`);
}

function fromWeight(weight: number): number {
  if (weight <= 1) return Math.round(weight * WEIGHT_SCALE);
  throw new TypeError(`a weight is ${weight}`);
}
