/**
 * Small models of strangers: their outputs are laid out in other ways, their inputs have other names,
 * types, ranks and roles, or they mix rows or tokens inside.
 */

import { Tensor } from "../../lib/base/tensor.ts";
import type { NucleusOptions } from "../../lib/onnx/nucleus.ts";
import type { Merging } from "../../lib/onnx/signature/proven.ts";
import { DataType, ForeignModel, type ForeignShape, OTHER_TYPES } from "./foreign_model.ts";

/** One model, and what is known of it. */
export interface ForeignCase {
  readonly name: string;
  readonly bytes: () => Uint8Array<ArrayBuffer>;
  readonly options?: NucleusOptions;
  /** Which of its requests may share a run; left out for one that is refused when it is loaded. */
  readonly merging?: Merging;
  /** What the refusal says. */
  readonly refused?: RegExp;
  /** The vectors of one row of token ids, of `SIZE` numbers. */
  readonly expected?: (ids: readonly number[]) => readonly (readonly number[])[];
  /** Dimensions of a row of floats that it takes, for a length; left out for token ids. */
  readonly item?: (length: number) => readonly number[];
  /** Lengths of the requests that it takes. @default {1 to 9} */
  readonly lengths?: readonly number[];
}

/** Size of the vectors of these models. */
export const SIZE = 8;

const IDS = 40;
const { INT64, INT32, INT8, UINT8, BOOL, FLOAT, FLOAT16, DOUBLE } = DataType;

/** The embedding of a token: one number for each element. */
export function embedded(id: number): number[] {
  return Array.from(
    { length: SIZE },
    (_, element) => Math.fround(Math.sin(id * SIZE + element + 1)),
  );
}

const embeddedAll = (ids: readonly number[]) => ids.map(embedded);

const FREE = ["batch", "sequence"] as const;
const OUTPUT = ["batch", "sequence", SIZE] as const;

/** A model of one input of token ids, embedded. */
function tokens(
  build: (model: ForeignModel, vectors: string, ids: string) => void,
  { name = "input_ids", type = INT64 as number, shape = FREE as ForeignShape | null } = {},
): () => Uint8Array<ArrayBuffer> {
  return () => {
    const model = new ForeignModel();
    const ids = model.input(name, type, shape ?? undefined);
    build(model, embed(model, ids), ids);
    return model.bytes();
  };
}

function embed(model: ForeignModel, ids: string): string {
  const table = Array.from({ length: IDS }, (_, id) => embedded(id)).flat();
  return model.op("Gather", [model.floats(table, [IDS, SIZE]), model.cast(ids, INT64)]);
}

/** A model of token ids and a mask, which is 1 for padding if `isPadding` says so. */
function masked(
  build: (model: ForeignModel, vectors: string, weights: string) => string,
  {
    name = "attention_mask",
    type = INT64 as number,
    shape = FREE as ForeignShape,
    isPadding = false,
  } = {},
): () => Uint8Array<ArrayBuffer> {
  return tokens((model, vectors) => {
    const floats = model.cast(model.input(name, type, shape), FLOAT);
    const flat = model.op("Reshape", [floats, model.integers([0, -1, 1])]);
    const weights = isPadding ? model.op("Sub", [model.floats([1], []), flat]) : flat;
    model.output("last_hidden_state", build(model, vectors, weights), OUTPUT);
  });
}

/** Attention of all tokens to all others, where the weights `[batch, sequence, 1]` say so. */
function attention(model: ForeignModel, vectors: string, weights: string): string {
  const keys = model.op("Transpose", [vectors], { perm: [0, 2, 1] });
  const scores = model.op("MatMul", [vectors, keys]);
  const across = model.op("Transpose", [weights], { perm: [0, 2, 1] });
  const bias = model.op("Mul", [
    model.op("Sub", [across, model.floats([1], [])]),
    model.floats([1e9], []),
  ]);
  const shares = model.op("Softmax", [model.op("Add", [scores, bias])], { axis: -1 });
  return model.op("MatMul", [shares, vectors]);
}

function attended(ids: readonly number[]): number[][] {
  const vectors = ids.map(embedded);
  const dot = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, index) => sum + value * right[index]!, 0);
  return vectors.map((query) => {
    const shares = vectors.map((key) => Math.exp(dot(query, key)));
    const total = shares.reduce((sum, share) => sum + share);
    return Array.from(
      { length: SIZE },
      (_, element) => vectors.reduce((sum, key, i) => sum + shares[i]! / total * key[element]!, 0),
    );
  });
}

/** The mean of the tokens that count, added to each. */
function maskedMean(model: ForeignModel, vectors: string, weights: string): string {
  const axis = model.integers([1]);
  const sum = model.op("ReduceSum", [model.op("Mul", [vectors, weights]), axis]);
  return model.op("Add", [vectors, model.op("Div", [sum, model.op("ReduceSum", [weights, axis])])]);
}

function withMean(ids: readonly number[]): number[][] {
  const vectors = ids.map(embedded);
  const mean = Array.from(
    { length: SIZE },
    (_, element) => vectors.reduce((sum, vector) => sum + vector[element]!, 0) / ids.length,
  );
  return vectors.map((vector) => vector.map((value, element) => value + mean[element]!));
}

/** What lies within one token on both sides, added up: a convolution that no mask stops. */
function neighbours(model: ForeignModel, vectors: string): string {
  const channels = model.op("Transpose", [vectors], { perm: [0, 2, 1] });
  const filter = model.floats(new Array(SIZE * 3).fill(1), [SIZE, 1, 3]);
  const sums = model.op("Conv", [channels, filter], { group: SIZE, pads: [1, 1] });
  return model.op("Transpose", [sums], { perm: [0, 2, 1] });
}

const transposed = (perm: readonly number[], shape: ForeignShape) =>
  tokens((model, vectors) => {
    model.output("hidden", model.op("Transpose", [vectors], { perm }), shape);
  });

const named = (roles: NonNullable<NucleusOptions["names"]>): NucleusOptions => ({ names: roles });

const LAYOUTS: readonly ForeignCase[] = [
  {
    name: "vectors as they should be",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, OUTPUT)),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "[sequence, batch, size]",
    bytes: transposed([1, 0, 2], ["sequence", "batch", SIZE]),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "[sequence, batch, size], declared the other way round",
    bytes: transposed([1, 0, 2], OUTPUT),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "[batch, size, sequence]",
    bytes: transposed([0, 2, 1], ["batch", SIZE, "sequence"]),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "[sequence, size, batch]",
    bytes: transposed([1, 2, 0], ["", "", ""]),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "[size, batch, sequence]",
    bytes: transposed([2, 0, 1], [SIZE, "b", "s"]),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "every second token",
    bytes: tokens((model, vectors) => {
      const [start, end, axis, step] = [[0], [1000], [1], [2]].map((n) => model.integers(n));
      model.output("hidden", model.op("Slice", [vectors, start!, end!, axis!, step!]), [
        "b",
        "s",
        SIZE,
      ]);
    }),
    refused: /its output hidden .* has no vector for each token: for \[3, 7\] it is \[3, 4, 8\]/,
  },
  {
    name: "one vector more than tokens",
    bytes: tokens((model, vectors) => {
      const pads = model.integers([0, 1, 0, 0, 0, 0]);
      model.output("hidden", model.op("Pad", [vectors, pads]), ["b", "s", SIZE]);
    }),
    refused: /for \[3, 7\] it is \[3, 8, 8\]/,
  },
  {
    name: "one vector for a text",
    bytes: tokens((model, vectors) => {
      const mean = model.op("ReduceMean", [vectors, model.integers([1])]);
      model.output("hidden", mean, ["batch", 1, SIZE]);
    }),
    refused: /for \[3, 7\] it is \[3, 1, 8\]/,
  },
  {
    name: "all rows in one",
    bytes: tokens((model, vectors) => {
      const flat = model.op("Reshape", [vectors, model.integers([1, -1, SIZE])]);
      model.output("hidden", flat, [1, "tokens", SIZE]);
    }),
    merging: "never",
    expected: embeddedAll,
  },
  {
    name: "one row only, as it was recorded with one",
    bytes: masked((model, vectors, weights) =>
      model.op("Reshape", [maskedMean(model, vectors, weights), model.integers([1, -1, SIZE])])
    ),
    merging: "never",
    expected: withMean,
  },
  {
    name: "multiples of 64 tokens only",
    bytes: tokens((model, vectors) => {
      const blocks = model.op("Reshape", [vectors, model.integers([0, -1, 64 * SIZE])]);
      model.output("hidden", model.op("Reshape", [blocks, model.integers([0, -1, SIZE])]), OUTPUT);
    }),
    merging: "equal length",
    expected: embeddedAll,
    lengths: [64, 128],
  },
  {
    name: "as many numbers as tokens",
    bytes: tokens((model, vectors) => {
      const keys = model.op("Transpose", [vectors], { perm: [0, 2, 1] });
      model.output("scores", model.op("MatMul", [vectors, keys]), ["batch", "s", "s"]);
    }),
    refused: /its output scores/,
  },
  {
    name: "the right shape, with the axes of the wrong one inside",
    bytes: tokens((model, vectors, ids) => {
      const swapped = model.op("Transpose", [vectors], { perm: [1, 0, 2] });
      const size = model.integers([SIZE]);
      const shape = model.op("Concat", [model.op("Shape", [ids]), size], { axis: 0 });
      model.output("hidden", model.op("Reshape", [swapped, shape]), OUTPUT);
    }),
    merging: "never",
  },
];

const MIXERS: readonly ForeignCase[] = [
  {
    name: "the mean of all rows is taken off",
    bytes: tokens((model, vectors) => {
      const mean = model.op("ReduceMean", [vectors, model.integers([0, 1])]);
      model.output("hidden", model.op("Sub", [vectors, mean]), OUTPUT);
    }),
    merging: "never",
  },
  {
    name: "rows are added up, one after the other, as tokens of [sequence, batch]",
    bytes: tokens((model, vectors) => {
      model.output("hidden", model.op("CumSum", [vectors, model.integers([0], [])]), OUTPUT);
    }),
    refused: /depends on the other rows and not on its own: it takes \[sequence, batch\]/,
  },
  {
    name: "ids of [sequence, batch], by the names of the sizes",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, ["seq_len", "batch", SIZE]), {
      shape: ["seq_len", "batch"],
    }),
    refused: /input_ids int64 \[seq_len, batch\] must be \[batch, sequence\]/,
  },
  {
    name: "numbers are rounded by the largest of the run, as 8-bit models do",
    bytes: tokens((model, vectors) => {
      const positions = model.op("CumSum", [vectors, model.integers([1], [])]);
      const largest = model.op("ReduceMax", [model.op("Abs", [positions])], { keepdims: 0 });
      const step = model.op("Div", [largest, model.floats([127], [])]);
      const rounded = model.op("Round", [model.op("Div", [positions, step])]);
      model.output("hidden", model.op("Mul", [rounded, step]), OUTPUT);
    }),
    merging: "never",
  },
  {
    name: "tokens are added up from the left, without a mask",
    bytes: tokens((model, vectors) => {
      model.output("hidden", model.op("CumSum", [vectors, model.integers([1], [])]), OUTPUT);
    }),
    merging: "equal length",
  },
  {
    name: "tokens are added up from the right, whatever the mask says",
    bytes: masked((model, vectors) =>
      model.op("CumSum", [vectors, model.integers([1], [])], { reverse: 1 })
    ),
    merging: "equal length",
  },
  {
    name: "the mean of all tokens, whatever the mask says",
    bytes: masked((model, vectors) => {
      const mean = model.op("ReduceMean", [vectors, model.integers([1])]);
      return model.op("Add", [vectors, mean]);
    }),
    merging: "equal length",
    expected: withMean,
  },
  {
    name: "the mean of the tokens that count",
    bytes: masked(maskedMean),
    merging: "any length",
    expected: withMean,
  },
  {
    name: "attention that heeds its mask",
    bytes: masked(attention),
    merging: "any length",
    expected: attended,
  },
  {
    name: "a convolution beside a mask",
    bytes: masked((model, vectors, weights) =>
      model.op("Add", [attention(model, vectors, weights), neighbours(model, vectors)])
    ),
    merging: "equal length",
  },
  {
    name: "a convolution within a mask",
    bytes: masked((model, vectors, weights) =>
      neighbours(model, model.op("Mul", [vectors, weights]))
    ),
    merging: "any length",
  },
  {
    name: "positions counted from the end",
    bytes: masked((model, vectors) => {
      const ones = model.op("Add", [
        model.op("Mul", [vectors, model.floats([0], [])]),
        model.floats([1], []),
      ]);
      const left = model.op("CumSum", [ones, model.integers([1], [])], { reverse: 1 });
      return model.op("Mul", [vectors, left]);
    }),
    merging: "equal length",
  },
];

/** A model with a mask of this name, type and shape. */
const mask = (
  name: string,
  type: number,
  isPadding: boolean,
  shape: ForeignShape = FREE,
): Pick<ForeignCase, "name" | "bytes" | "merging" | "expected"> => ({
  name: `a mask ${name} of type ${type}, [${shape}]`,
  bytes: masked(maskedMean, { name, type, shape, isPadding }),
  merging: "any length",
  expected: withMean,
});

/** A model that adds something of other inputs to the vectors. */
const adding = (
  add: (model: ForeignModel) => string,
  build: (model: ForeignModel, vectors: string, added: string) => string = (
    model,
    vectors,
    added,
  ) => model.op("Add", [vectors, added]),
) =>
  tokens((model, vectors) => {
    const added = add(model);
    model.output("hidden", build(model, vectors, added), OUTPUT);
  });

/** Integers as numbers of one element each. */
const asColumn = (model: ForeignModel, value: string, shape: readonly number[]) =>
  model.op("Reshape", [model.cast(value, FLOAT), model.integers(shape)]);

const withPositions = (ids: readonly number[]) =>
  ids.map((id, position) => embedded(id).map((value) => value + position));

const ROLES: readonly ForeignCase[] = [
  {
    name: "ids named masked_input_ids by their user",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, OUTPUT), {
      name: "masked_input_ids",
    }),
    options: named({ input: "masked_input_ids" }),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "the only input, called masked_input_ids",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, OUTPUT), {
      name: "masked_input_ids",
    }),
    merging: "equal length",
    expected: embeddedAll,
  },
  mask("attention_mask", INT64, false),
  mask("attention_mask", INT32, false),
  mask("attention_mask", INT8, false),
  mask("attention_mask", UINT8, false),
  mask("attention_mask", OTHER_TYPES.uint16, false),
  mask("attention_mask", OTHER_TYPES.int16, false),
  mask("attention_mask", OTHER_TYPES.uint32, false),
  mask("attention_mask", OTHER_TYPES.uint64, false),
  mask("attention_mask", BOOL, false),
  mask("attention_mask", FLOAT, false),
  mask("attention_mask", FLOAT16, false),
  mask("attention_mask", DOUBLE, false),
  mask("input_mask", INT32, false),
  mask("attention_mask", BOOL, false, ["batch", 1, 1, "sequence"]),
  mask("attention_mask", INT64, false, ["batch", 1, "sequence"]),
  mask("key_padding_mask", BOOL, true),
  mask("src_key_padding_mask", BOOL, true),
  mask("padding_mask", INT64, false),
  mask("padding_mask", BOOL, true),
  mask("serving_default_attention_mask:0", INT32, false),
  {
    ...mask("m", BOOL, true),
    name: "a mask of any name, named by its user",
    options: named({ roles: { m: "padding-mask" } }),
  },
  {
    name: "a mask that hides nothing from anybody",
    bytes: masked((model, vectors) => neighbours(model, vectors), { name: "padding_mask" }),
    refused: /nothing proves whether 1 means a token or padding in its input padding_mask int64/,
  },
  {
    name: "a second mask, of which nobody knows what it is for",
    bytes: masked((model, vectors, weights) => {
      const global = asColumn(model, model.input("global_attention_mask", INT64, FREE), [0, -1, 1]);
      return model.op("Add", [maskedMean(model, vectors, weights), global]);
    }),
    refused: /in its input global_attention_mask int64/,
  },
  {
    name: "a mask between each two tokens",
    bytes: tokens((model, vectors) => {
      const pairs = model.cast(model.input("attention_mask", INT64, ["b", 1, "s", "s"]), FLOAT);
      const sum = model.op("ReduceSum", [pairs, model.integers([1, 3])], { keepdims: 0 });
      const column = model.op("Unsqueeze", [sum, model.integers([2])]);
      model.output("hidden", model.op("Add", [vectors, column]), OUTPUT);
    }),
    refused: /attention_mask int64 \[b, 1, s, s\], the attention-mask, must be \[batch, sequence\]/,
  },
  {
    name: "the names of TensorFlow Hub",
    bytes: tokens((model, vectors) => {
      const types = asColumn(model, model.input("input_type_ids", INT32, FREE), [0, -1, 1]);
      const weights = asColumn(model, model.input("input_mask", INT32, FREE), [0, -1, 1]);
      const mean = maskedMean(model, vectors, weights);
      model.output("sequence_output", model.op("Add", [mean, types]), OUTPUT);
    }, { name: "input_word_ids", type: INT32 }),
    merging: "any length",
    expected: withMean,
  },
  {
    name: "positions [sequence]",
    bytes: adding((model) =>
      asColumn(model, model.input("position_ids", INT64, ["s"]), [1, -1, 1])
    ),
    merging: "equal length",
    expected: withPositions,
  },
  {
    name: "positions [1, sequence]",
    bytes: adding((model) =>
      asColumn(model, model.input("position_ids", INT32, [1, "s"]), [1, -1, 1])
    ),
    merging: "equal length",
    expected: withPositions,
  },
  {
    name: "positions [batch, sequence]",
    bytes: adding((model) => asColumn(model, model.input("position_ids", FLOAT, FREE), [0, -1, 1])),
    merging: "equal length",
    expected: withPositions,
  },
  {
    name: "a number of its user's",
    bytes: adding(
      (model) => model.input("temperature", FLOAT, [1]),
      (model, vectors, number) => model.op("Mul", [vectors, number]),
    ),
    options: named({ roles: { temperature: 2 } }),
    merging: "equal length",
    expected: (ids) => embeddedAll(ids).map((vector) => vector.map((value) => 2 * value)),
  },
  {
    name: "a number for each token",
    bytes: adding((model) => asColumn(model, model.input("language", INT64, FREE), [0, -1, 1])),
    options: named({ roles: { language: 3n } }),
    merging: "equal length",
    expected: (ids) => embeddedAll(ids).map((vector) => vector.map((value) => 3 + value)),
  },
  {
    name: "a tensor of its user's",
    bytes: adding((model) => model.input("bias", FLOAT, ["size"])),
    options: named({
      roles: { bias: new Tensor("float32", new Float32Array(SIZE).fill(1), [SIZE]) },
    }),
    merging: "equal length",
    expected: (ids) => embeddedAll(ids).map((vector) => vector.map((value) => 1 + value)),
  },
  {
    name: "a switch",
    bytes: adding(
      (model) => model.cast(model.input("use_cache", BOOL, []), FLOAT),
    ),
    options: named({ roles: { use_cache: true } }),
    merging: "equal length",
    expected: (ids) => embeddedAll(ids).map((vector) => vector.map((value) => 1 + value)),
  },
  {
    name: "the ids twice",
    bytes: adding((model) => embed(model, model.input("decoder_input_ids", INT32, FREE))),
    options: named({ input: "input_ids", roles: { decoder_input_ids: "input" } }),
    merging: "equal length",
    expected: (ids) => embeddedAll(ids).map((vector) => vector.map((value) => 2 * value)),
  },
  {
    name: "a number that nobody knows",
    bytes: adding((model) => model.input("temperature", FLOAT, [1])),
    refused: /nothing is known to put into temperature float32 \[1\]/,
  },
  {
    name: "ids that nobody knows beside the ids",
    bytes: adding((model) => embed(model, model.input("decoder_input_ids", INT32, FREE))),
    refused: /nothing is known to put into decoder_input_ids int32/,
  },
  {
    name: "two inputs that may be ids",
    bytes: tokens(
      (model, vectors) => {
        const other = embed(model, model.input("b", INT64, FREE));
        model.output("hidden", model.op("Sub", [vectors, other]), OUTPUT);
      },
      { name: "a" },
    ),
    refused: /nothing tells which of a int64 \[batch, sequence\], b int64 \[batch, sequence\]/,
  },
  {
    name: "a state that is no tensor",
    bytes: tokens((model, vectors) => {
      const count = model.cast(model.op("SequenceLength", [model.sequenceInput("state")]), FLOAT);
      model.output("hidden", model.op("Add", [vectors, count]), OUTPUT);
    }),
    refused: /its input state is no tensor, and cannot be fed/,
  },
  {
    name: "text as such",
    bytes: () => {
      const model = new ForeignModel();
      const text = model.input("input_ids", OTHER_TYPES.string, FREE);
      return model.output("hidden", model.op("Shape", [text]), [2], INT64).bytes();
    },
    refused: /input_ids string \[batch, sequence\] must be int64 or/,
  },
  {
    name: "ids without a shape, and an output without one",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, undefined), {
      shape: null,
    }),
    options: named({ input: "input_ids", output: "hidden" }),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "an output without a shape, which the runtime finds out",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, undefined)),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "ids without a shape that are not named",
    bytes: tokens((model, vectors) => model.output("hidden", vectors, undefined), {
      shape: null,
    }),
    refused: /its input input_ids int64 \[\] has no shape: it must be named/,
  },
  {
    name: "logits beside the hidden states",
    bytes: tokens((model, vectors) => {
      const head = model.floats(new Array(SIZE * 1000).fill(0.01), [SIZE, 1000]);
      model.output("logits", model.op("MatMul", [vectors, head]), ["batch", "sequence", 1000]);
      model.output("last_hidden_state", vectors, OUTPUT);
    }),
    merging: "equal length",
    expected: embeddedAll,
  },
  {
    name: "an answer that is not a number",
    bytes: tokens((model, vectors) => {
      model.output(
        "hidden",
        model.op("Log", [model.op("Neg", [model.op("Abs", [vectors])])]),
        OUTPUT,
      );
    }),
    refused: /it answers with values that are not finite, such as NaN/,
  },
  {
    name: "an answer that has no end",
    bytes: tokens((model, vectors) => {
      const zero = model.op("Mul", [model.op("Abs", [vectors]), model.floats([0], [])]);
      const infinite = model.op("Reciprocal", [zero]);
      model.output("hidden", infinite, OUTPUT);
    }),
    refused: /not finite, such as Infinity/,
  },
];

/** A model that fixes rows or tokens. */
const framed = (rows: number | string, length: number | string, withMask: boolean) => () => {
  const model = new ForeignModel();
  const vectors = embed(model, model.input("input_ids", INT64, [rows, length]));
  const weights = withMask
    ? asColumn(model, model.input("attention_mask", INT64, [rows, length]), [0, -1, 1])
    : undefined;
  const output = weights ? maskedMean(model, vectors, weights) : vectors;
  return model.output("hidden", output, [rows, length, SIZE]).bytes();
};

const FRAMES: readonly ForeignCase[] = [
  {
    name: "one row of 16 tokens, with a mask",
    bytes: framed(1, 16, true),
    merging: "never",
    expected: withMean,
    lengths: [1, 5, 9, 16],
  },
  {
    name: "rows of 16 tokens, with a mask",
    bytes: framed("batch", 16, true),
    merging: "any length",
    expected: withMean,
    lengths: [1, 5, 9, 16],
  },
  {
    name: "one row of 16 tokens, without a mask, where padding is harmless",
    bytes: framed(1, 16, false),
    merging: "never",
    expected: embeddedAll,
    lengths: [1, 5, 16],
  },
  {
    name: "rows of 16 tokens that are added up from the left, without a mask",
    bytes: () => {
      const model = new ForeignModel();
      const vectors = embed(model, model.input("input_ids", INT64, ["batch", 16]));
      const sums = model.op("CumSum", [vectors, model.integers([1], [])]);
      return model.output("hidden", sums, ["batch", 16, SIZE]).bytes();
    },
    merging: "any length",
    lengths: [1, 5, 16],
  },
  {
    name: "rows of 16 tokens and their mean, without a mask",
    bytes: () => {
      const model = new ForeignModel();
      const vectors = embed(model, model.input("input_ids", INT64, ["batch", 16]));
      const mean = model.op("ReduceMean", [vectors, model.integers([1])]);
      return model.output("hidden", model.op("Add", [vectors, mean]), ["batch", 16, SIZE]).bytes();
    },
    merging: "equal length",
    expected: withMean,
    lengths: [16],
  },
  {
    name: "one row at a time",
    bytes: framed(1, "sequence", false),
    merging: "never",
    expected: embeddedAll,
  },
  {
    name: "four rows at a time",
    bytes: framed(4, "sequence", true),
    merging: "never",
    expected: withMean,
  },
  {
    name: "as many tokens as numbers in a vector",
    bytes: framed(1, SIZE, true),
    merging: "never",
    expected: withMean,
    lengths: [3, SIZE],
  },
  {
    name: "16 tokens, and a convolution beside the mask",
    bytes: () => {
      const model = new ForeignModel();
      const vectors = embed(model, model.input("input_ids", INT64, [1, 16]));
      const weights = asColumn(model, model.input("attention_mask", INT64, [1, 16]), [0, -1, 1]);
      const mixed = model.op("Add", [
        attention(model, vectors, weights),
        neighbours(model, vectors),
      ]);
      return model.output("hidden", mixed, [1, 16, SIZE]).bytes();
    },
    merging: "never",
    lengths: [16],
  },
];

/** A model of one input of floats. */
const floats = (
  shape: ForeignShape,
  build: (model: ForeignModel, input: string) => void,
  name = "inputs_embeds",
  type: number = FLOAT,
) =>
() => {
  const model = new ForeignModel();
  build(model, model.input(name, type, shape));
  return model.bytes();
};

const VECTORS = ["batch", "sequence", SIZE] as const;

const FLOATS: readonly ForeignCase[] = [
  {
    name: "vectors, with a mask",
    bytes: floats(VECTORS, (model, vectors) => {
      const weights = asColumn(model, model.input("attention_mask", INT64, FREE), [0, -1, 1]);
      model.output("hidden", maskedMean(model, vectors, weights), OUTPUT);
    }),
    merging: "equal length",
    item: (length) => [length, SIZE],
  },
  {
    name: "vectors of 16-bit floats",
    bytes: floats(
      VECTORS,
      (model, vectors) => {
        model.output("hidden", model.op("Add", [vectors, vectors]), OUTPUT, FLOAT16);
      },
      "x",
      FLOAT16,
    ),
    merging: "equal length",
    item: (length) => [length, SIZE],
  },
  {
    name: "vectors of 64-bit floats, whose rows come out as columns",
    bytes: floats(
      VECTORS,
      (model, vectors) => {
        const turned = model.op("Transpose", [vectors], { perm: [1, 0, 2] });
        model.output("hidden", turned, ["s", "b", SIZE], DOUBLE);
      },
      "x",
      DOUBLE,
    ),
    merging: "equal length",
    item: (length) => [length, SIZE],
  },
  {
    name: "vectors, each row less the mean of all rows",
    bytes: floats(VECTORS, (model, vectors) => {
      const mean = model.op("ReduceMean", [vectors, model.integers([0])]);
      model.output("hidden", model.op("Sub", [vectors, mean]), OUTPUT);
    }),
    merging: "never",
    item: (length) => [length, SIZE],
  },
  {
    name: "sound, in frames, with a mask",
    bytes: floats(["batch", "samples"], (model, samples) => {
      const mask = model.cast(model.input("attention_mask", INT64, ["batch", "samples"]), FLOAT);
      const heard = model.op("Unsqueeze", [model.op("Mul", [samples, mask]), model.integers([1])]);
      const filter = model.floats(Array.from({ length: SIZE * 10 }, (_, i) => Math.sin(i)), [
        SIZE,
        1,
        10,
      ]);
      const frames = model.op("Conv", [heard, filter], { strides: [5] });
      model.output("hidden", model.op("Transpose", [frames], { perm: [0, 2, 1] }), [
        "b",
        "f",
        SIZE,
      ]);
    }, "input_values"),
    merging: "equal length",
    item: (length) => [100 + 10 * length],
  },
  {
    name: "every second vector",
    bytes: floats(VECTORS, (model, vectors) => {
      const [start, end, axis, step] = [[0], [1000], [1], [2]].map((n) => model.integers(n));
      model.output("hidden", model.op("Slice", [vectors, start!, end!, axis!, step!]), [
        "b",
        "",
        SIZE,
      ]);
    }),
    merging: "equal length",
    item: (length) => [length, SIZE],
  },
  {
    name: "images of a fixed size, one vector for each",
    bytes: floats(["batch", 3, 6, 5], (model, images) => {
      const flat = model.op("Reshape", [images, model.integers([-1, 90])]);
      const weights = model.floats(Array.from({ length: 90 * SIZE }, (_, i) => Math.cos(i)), [
        90,
        SIZE,
      ]);
      model.output("hidden", model.op("MatMul", [flat, weights]), ["batch", SIZE]);
    }, "pixel_values"),
    merging: "equal length",
    item: () => [3, 6, 5],
  },
  {
    name: "one image at a time, a vector for each patch",
    bytes: floats([1, 3, 8, 8], (model, images) => {
      const filter = model.floats(Array.from({ length: SIZE * 48 }, (_, i) => Math.sin(i)), [
        SIZE,
        3,
        4,
        4,
      ]);
      const patches = model.op("Conv", [images, filter], { strides: [4, 4] });
      const flat = model.op("Reshape", [patches, model.integers([0, SIZE, -1])]);
      model.output("hidden", model.op("Transpose", [flat], { perm: [0, 2, 1] }), [1, 4, SIZE]);
    }, "pixel_values"),
    merging: "never",
    item: () => [3, 8, 8],
  },
  {
    name: "images of any size",
    bytes: floats(["batch", 3, "rows", "columns"], (model, images) => {
      const filter = model.floats(Array.from({ length: SIZE * 3 }, (_, i) => Math.sin(i)), [
        SIZE,
        3,
        1,
        1,
      ]);
      const mean = model.op("GlobalAveragePool", [model.op("Conv", [images, filter])]);
      model.output("hidden", model.op("Flatten", [mean]), ["batch", SIZE]);
    }, "pixel_values"),
    merging: "equal length",
    item: (length) => [3, 4 + length, 5],
  },
  {
    name: "one image only, as it was recorded with one",
    bytes: floats(["batch", 3, 4, 4], (model, images) => {
      const flat = model.op("Reshape", [images, model.integers([1, 48])]);
      const weights = model.floats(Array.from({ length: 48 * SIZE }, (_, i) => Math.cos(i)), [
        48,
        SIZE,
      ]);
      model.output("hidden", model.op("MatMul", [flat, weights]), ["batch", SIZE]);
    }, "pixel_values"),
    merging: "never",
    item: () => [3, 4, 4],
  },
  {
    name: "vectors without a shape",
    bytes: floats(undefined, (model, vectors) => {
      model.output("hidden", model.op("Add", [vectors, vectors]), undefined);
    }),
    options: named({ input: "inputs_embeds", output: "hidden" }),
    merging: "never",
    item: (length) => [length, SIZE],
  },
  {
    name: "vectors of a shape that no sample has",
    bytes: floats(["batch", "frames", "features"], (model, vectors) => {
      const weights = model.floats(Array.from({ length: 83 * SIZE }, (_, i) => Math.cos(i)), [
        83,
        SIZE,
      ]);
      model.output("hidden", model.op("MatMul", [vectors, weights]), OUTPUT);
    }),
    merging: "never",
    item: (length) => [length, 83],
  },
];

/** All models. */
export const FOREIGN_CASES: readonly ForeignCase[] = [
  ...LAYOUTS,
  ...MIXERS,
  ...ROLES,
  ...FRAMES,
  ...FLOATS,
];
