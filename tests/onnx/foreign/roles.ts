/** Models whose inputs have other names, types, ranks and roles. */

import { Tensor } from "../../../lib/base/tensor.ts";
import { DataType, ForeignModel, type ForeignShape, OTHER_TYPES } from "../foreign_model.ts";
import {
  asColumn,
  embed,
  embedded,
  embeddedAll,
  type ForeignCase,
  FREE,
  masked,
  maskedMean,
  named,
  neighbours,
  OUTPUT,
  SIZE,
  tokens,
  withMean,
} from "./parts.ts";

const { INT64, INT32, INT8, UINT8, BOOL, FLOAT, FLOAT16, DOUBLE } = DataType;
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

const withPositions = (ids: readonly number[]) =>
  ids.map((id, position) => embedded(id).map((value) => value + position));

export const ROLES: readonly ForeignCase[] = [
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
  ...[0.7, 2n ** 63n].map((value): ForeignCase => ({
    name: `an integer that cannot be ${value}`,
    bytes: adding((model) => asColumn(model, model.input("language", INT64, FREE), [0, -1, 1])),
    options: named({ roles: { language: value } }),
    refused: new RegExp(`its input language int64 \\[batch, sequence\\] cannot be ${value}`),
  })),
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
