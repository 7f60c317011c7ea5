/** Models that mix rows or tokens inside. */

import {
  attended,
  attention,
  type ForeignCase,
  masked,
  maskedMean,
  neighbours,
  OUTPUT,
  SIZE,
  tokens,
  withMean,
} from "./parts.ts";
export const MIXERS: readonly ForeignCase[] = [
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
