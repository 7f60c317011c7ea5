/** Models of images, sound and vectors. */

import { DataType, ForeignModel, type ForeignShape } from "../foreign_model.ts";
import { asColumn, type ForeignCase, FREE, maskedMean, named, OUTPUT, SIZE } from "./parts.ts";

const { INT64, FLOAT, FLOAT16, DOUBLE } = DataType;
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

export const FLOATS: readonly ForeignCase[] = [
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
