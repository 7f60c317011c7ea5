/** Models that fix how many rows or tokens there are. */

import { DataType, ForeignModel } from "../foreign_model.ts";
import {
  asColumn,
  attention,
  embed,
  embeddedAll,
  type ForeignCase,
  maskedMean,
  neighbours,
  SIZE,
  withMean,
} from "./parts.ts";

const { INT64 } = DataType;
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

export const FRAMES: readonly ForeignCase[] = [
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
