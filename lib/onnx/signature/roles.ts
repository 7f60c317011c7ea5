/** What the inputs of a model are for: as its user says, or by names that mean one thing only. */

import type { Tensor } from "../../base/tensor.ts";
import type { TensorInfo } from "../runtime.ts";

/**
 * What an input is for:
 *
 * - `input`: the token ids, images or vectors;
 * - `attention-mask`: 1 for a token to attend to, 0 for padding;
 * - `padding-mask`: the other way round, 1 for padding to ignore;
 * - `token-types`: the segment of each token, always 0 here;
 * - `positions`: the position of each token, 0, 1, …
 */
export type InputRole =
  | "input"
  | "attention-mask"
  | "padding-mask"
  | "token-types"
  | "positions";

/** All of {@linkcode InputRole}. */
export const INPUT_ROLES: readonly InputRole[] = [
  "input",
  "attention-mask",
  "padding-mask",
  "token-types",
  "positions",
];

/** What an input gets in every run: a number for all its elements, or a tensor of its shape. */
export type Constant = number | bigint | boolean | Tensor;

/** How long an axis is: as many as there are rows or tokens in a run, or so many. */
export type Axis = "rows" | "tokens" | number;

/** An input that is fed beside the token ids, images or vectors. */
export interface Companion {
  readonly info: TensorInfo;
  /** `unknown-mask` is one of the two masks; which of them, a trial has to prove. */
  readonly role: InputRole | "unknown-mask" | "constant";
  /** What each axis is; an `input` has the shape of the input itself. */
  readonly axes: readonly Axis[];
  /** What a constant gets. */
  readonly value?: Constant | undefined;
}

/** Element types of token ids. */
export const INTEGERS: ReadonlySet<string> = new Set([
  "int64",
  "int32",
  "int16",
  "int8",
  "uint64",
  "uint32",
  "uint16",
  "uint8",
]);

/** Element types of images and vectors, and of what a model gives. */
export const FLOATS: ReadonlySet<string> = new Set(["float32", "float16", "float64"]);

/** Element types of what is fed beside the input. */
export const COMPANION_TYPES: ReadonlySet<string> = new Set([...INTEGERS, ...FLOATS, "bool"]);

/**
 * Names by which exporters call one thing only: those of Hugging Face, of TensorFlow Hub, and of
 * PyTorch's transformer layers.
 */
const CONVENTIONAL: ReadonlyMap<string, InputRole> = new Map([
  ["input_ids", "input"],
  ["input_word_ids", "input"],
  ["token_ids", "input"],
  ["tokens", "input"],
  ["inputs_embeds", "input"],
  ["pixel_values", "input"],
  ["input_values", "input"],
  ["input_features", "input"],
  ["attention_mask", "attention-mask"],
  ["input_mask", "attention-mask"],
  ["key_padding_mask", "padding-mask"],
  ["src_key_padding_mask", "padding-mask"],
  ["token_type_ids", "token-types"],
  ["input_type_ids", "token-types"],
  ["segment_ids", "token-types"],
  ["position_ids", "positions"],
  ["positions", "positions"],
]);

/** What an input of this name is for, if the name says so. */
export function conventionalRole(name: string): InputRole | undefined {
  return CONVENTIONAL.get(plainName(name));
}

/** Whether the name of an input speaks of a mask, of whatever kind. */
export function isNamedMask(name: string): boolean {
  return /mask/i.test(name);
}

/** Without what TensorFlow's exporter puts around a name: `serving_default_input_ids:0`. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/^serving_default_/, "").replace(/:\d+$/, "");
}

/** The axes of a mask, `[batch, sequence]` or `[batch, 1, 1, sequence]`, if it is one. */
export function maskAxes({ shape }: TensorInfo): readonly Axis[] | undefined {
  // Nothing is known of an input without a shape; the trial tells whether this was right.
  if (shape.length === 0) return ["rows", "tokens"];
  const between = shape.slice(1, -1);
  const isMask = shape.length >= 2 && shape.length <= 4 && between.every((size) => size === 1);
  return isMask ? ["rows", ...between.map(() => 1), "tokens"] : undefined;
}

/** The axes of what is known of each token beforehand: `[batch, sequence]`, or one row for all. */
export function tokenAxes({ shape }: TensorInfo, input: TensorInfo): readonly Axis[] | undefined {
  if (shape.length === 1) return ["tokens"];
  if (shape.length !== 0 && shape.length !== 2) return undefined;
  return shape[0] === 1 && input.shape[0] !== 1 ? [1, "tokens"] : ["rows", "tokens"];
}

/** The axes of a constant, whose free sizes must be named as those of the input are. */
export function constantAxes(
  { shape }: TensorInfo,
  input: TensorInfo,
): readonly Axis[] | undefined {
  const [rows, tokens] = input.shape;
  const axes = shape.map((size): Axis | undefined => {
    if (typeof size === "number") return size;
    if (size === "") return undefined;
    return size === rows ? "rows" : size === tokens ? "tokens" : undefined;
  });
  return axes.every((axis) => axis !== undefined) ? axes : undefined;
}
