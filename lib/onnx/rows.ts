/** Rows of tensors: some of them, several together, longer ones and shorter ones. */

import { elementCount, type FloatTensor, Tensor } from "../base/tensor.ts";

/** Tensors that are cut and put together here: token ids and masks, images and vectors. */
type Elements = BigInt64Array | Float32Array;

/** The rows of all tensors, which agree in all other sizes, in one. */
export function concatenated<T extends Tensor>(tensors: readonly T[]): T {
  const [first] = tensors;
  if (first === undefined) throw new RangeError("there is nothing to put together");
  if (tensors.length === 1) return first;
  const rows = tensors.reduce((count, { dims }) => count + dims[0]!, 0);
  const dims = first.dims.with(0, rows);
  const joined = emptyLike(first, elementCount(dims));
  let offset = 0;
  for (const tensor of tensors) {
    const elements = elementsOf(tensor);
    set(joined, elements, offset);
    offset += elements.length;
  }
  return tensorLike(first, joined, dims);
}

/** A copy of some rows, so that the answer to one does not hold those of all. */
export function rowsOf<T extends Tensor>(tensor: T, start: number, end: number): T {
  const { dims } = tensor;
  const size = elementCount(dims.slice(1));
  const part = elementsOf(tensor).slice(start * size, end * size);
  return tensorLike(tensor, part, dims.with(0, end - start));
}

/** As many rows, by more of the last one. */
export function filledUp<T extends Tensor>(tensor: T, rows: number): T {
  const own = tensor.dims[0]!;
  if (own === rows) return tensor;
  const last = rowsOf(tensor, own - 1, own);
  return concatenated([tensor, ...Array.from({ length: rows - own }, () => last)]);
}

/** The rows of `[rows, length, …]`, with zeros behind them up to a length. */
export function lengthened<T extends Tensor>(tensor: T, length: number): T {
  const [rows = 0, own = 0, ...rest] = tensor.dims;
  if (own === length) return tensor;
  const elements = elementsOf(tensor);
  const dims = [rows, length, ...rest];
  const longer = emptyLike(tensor, elementCount(dims));
  const step = own * elementCount(rest);
  for (let row = 0; row < rows; row++) {
    const part = elements.subarray(row * step, (row + 1) * step);
    set(longer, part, row * length * elementCount(rest));
  }
  return tensorLike(tensor, longer, dims);
}

/** The first vectors of each row of `[rows, length, size]`. */
export function shortened(tensor: FloatTensor, length: number): FloatTensor {
  const { data, dims: [rows = 0, longer = 0, size = 0] } = tensor;
  if (length === longer) return tensor;
  const kept = new Float32Array(rows * length * size);
  for (let row = 0; row < rows; row++) {
    const start = row * longer * size;
    kept.set(data.subarray(start, start + length * size), row * length * size);
  }
  return new Tensor("float32", kept, [rows, length, size]);
}

/** A mask that masks nothing. */
export function ones(dims: readonly number[]): Tensor {
  return new Tensor("int64", new BigInt64Array(elementCount(dims)).fill(1n), dims);
}

function elementsOf({ data }: Tensor): Elements {
  if (data instanceof BigInt64Array || data instanceof Float32Array) return data;
  throw new TypeError("only int64 and float32 are put together here");
}

function emptyLike({ data }: Tensor, length: number): Elements {
  return data instanceof BigInt64Array ? new BigInt64Array(length) : new Float32Array(length);
}

/** Copies elements of the same type. */
function set(target: Elements, source: Elements, offset: number): void {
  if (target instanceof BigInt64Array && source instanceof BigInt64Array) {
    target.set(source, offset);
  } else if (target instanceof Float32Array && source instanceof Float32Array) {
    target.set(source, offset);
  } else throw new TypeError("tensors of several element types cannot be put together");
}

function tensorLike<T extends Tensor>(like: T, data: Elements, dims: readonly number[]): T {
  return new Tensor(like.type, data as Float32Array, dims) as Tensor as T;
}
