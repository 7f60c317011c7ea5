/** Models whose outputs are laid out in other ways. */

import type { ForeignShape } from "../foreign_model.ts";
import {
  embeddedAll,
  type ForeignCase,
  masked,
  maskedMean,
  OUTPUT,
  SIZE,
  tokens,
  withMean,
} from "./parts.ts";
const transposed = (perm: readonly number[], shape: ForeignShape) =>
  tokens((model, vectors) => {
    model.output("hidden", model.op("Transpose", [vectors], { perm }), shape);
  });

export const LAYOUTS: readonly ForeignCase[] = [
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
