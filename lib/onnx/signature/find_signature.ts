/** Finds out how a model is called, by what its user says, by names, types and shapes. */

import { formatShape, type Tensor } from "../../base/tensor.ts";
import { INTEGER_RANGES } from "../elements.ts";
import type { TensorInfo } from "../runtime.ts";
import {
  type Axis,
  type Companion,
  COMPANION_TYPES,
  type Constant,
  constantAxes,
  conventionalRole,
  FLOATS,
  INPUT_ROLES,
  type InputRole,
  INTEGERS,
  isNamedMask,
  maskAxes,
  tokenAxes,
} from "./roles.ts";
import {
  formatInfo,
  type Frame,
  type Interface,
  type Signature,
  SignatureError,
  type SignatureOptions,
} from "./signature.ts";

/**
 * Finds out how a model is called, as far as names, types and shapes tell.
 *
 * @param name Name of the model, for errors.
 * @throws {BittensorError} `model/signature` If the inputs and outputs cannot serve text, images or
 *   vectors, or which are to be used is not clear.
 */
export function findSignature(
  name: string,
  model: Interface,
  options: SignatureOptions = {},
): Signature {
  const { inputs, otherInputs } = model;
  const refuse = (reason: string) => new SignatureError(name, model, reason);
  if (otherInputs.length > 0) {
    throw refuse(`its input ${otherInputs.join(", ")} is no tensor, and cannot be fed`);
  }
  const roles = namedRoles(model, options, refuse);
  const input = mainInput(inputs, roles, options.input, refuse);
  const takes = INTEGERS.has(input.type) ? "tokens" : "floats";
  const companions = inputs
    .filter((info) => info !== input)
    .map((info) => companionOf(info, roles.get(info.name), input, refuse));
  const strangers = companions.flatMap((companion, index) =>
    companion ? [] : [inputs.filter((info) => info !== input)[index]!]
  );
  if (strangers.length > 0) {
    throw refuse(
      `beside ${formatInfo(input)}, nothing is known to put into ` +
        strangers.map(formatInfo).join(", "),
    );
  }
  const known = companions.filter((companion) => companion !== undefined);
  const output = findOutput(model, options.output, takes, refuse);
  const frame = frameOf(takes, input, known, refuse);
  const singleItems = output.shape.length === 2;
  return { takes, input, companions: known, output, singleItems, frame };
}

type Refuse = (reason: string) => SignatureError;

/** What the user says of inputs, by their names. */
function namedRoles(
  { inputs }: Interface,
  { input, attentionMask, roles = {} }: SignatureOptions,
  refuse: Refuse,
): ReadonlyMap<string, InputRole | Constant> {
  const named = new Map<string, InputRole | Constant>();
  const name = (key: string, role: InputRole | Constant) => {
    if (!inputs.some((info) => info.name === key)) {
      throw refuse(`it has no input ${key}, but ${inputs.map(formatInfo).join(", ")}`);
    }
    if (typeof role === "string" && !INPUT_ROLES.includes(role)) {
      throw refuse(`an input can be ${INPUT_ROLES.join(", ")} or a number, not ${role}`);
    }
    const before = named.get(key);
    if (before !== undefined && before !== role) {
      throw refuse(`its input ${key} is named twice, as ${before} and as ${role}`);
    }
    named.set(key, role);
  };
  for (const [key, role] of Object.entries(roles)) name(key, role);
  if (input !== undefined) name(input, "input");
  if (attentionMask !== undefined) name(attentionMask, "attention-mask");
  return named;
}

/** The input that the user names, or a usual one, or the only one that is left. */
function mainInput(
  inputs: readonly TensorInfo[],
  roles: ReadonlyMap<string, InputRole | Constant>,
  name: string | undefined,
  refuse: Refuse,
): TensorInfo {
  const named = name === undefined
    ? inputs.filter((info) => roles.get(info.name) === "input")
    : inputs.filter((info) => info.name === name);
  const unnamed = inputs.filter((info) => !roles.has(info.name));
  const usual = unnamed.filter((info) => conventionalRole(info.name) === "input");
  const rest = unnamed.filter((info) => conventionalRole(info.name) === undefined);
  const candidates = [named, usual, rest.filter((info) => !isNamedMask(info.name)), rest];
  const [input, ...others] = candidates.find((found) => found.length > 0) ?? [];
  if (!input) throw refuse("it has no input for token ids, images or vectors");
  if (named.length === 0 && others.length > 0) {
    throw refuse(
      `it has several inputs, and nothing tells which of ` +
        `${[input, ...others].map(formatInfo).join(", ")} is for token ids, images or vectors`,
    );
  }
  return checkInput(input, roles.has(input.name), refuse);
}

function checkInput(input: TensorInfo, isNamed: boolean, refuse: Refuse): TensorInfo {
  const { type, shape } = input;
  requireType(input, "input", [...INTEGERS, ...FLOATS], refuse);
  if (shape.length === 0) {
    if (isNamed) return input;
    throw refuse(`its input ${formatInfo(input)} has no shape: it must be named`);
  }
  if (isSequenceFirst(shape)) {
    throw refuse(`its input ${formatInfo(input)} must be [batch, sequence]: the batch comes first`);
  }
  const isTokens = INTEGERS.has(type);
  const fits = isTokens ? shape.length === 2 : shape.length >= 2 && shape.length <= 5;
  if (fits) return input;
  const expected = isTokens ? "[batch, sequence]" : "[batch, sequence, …] or [batch, …]";
  throw refuse(`its input ${formatInfo(input)} must be ${expected}`);
}

/** Whether the names of the sizes say that the batch comes second. */
function isSequenceFirst([first, second]: TensorInfo["shape"]): boolean {
  return typeof first === "string" && typeof second === "string" &&
    /seq|len|time|tokens/i.test(first) && !/batch/i.test(first) && /batch/i.test(second);
}

/** How an input is fed beside the main one; `undefined` if nobody knows. */
function companionOf(
  info: TensorInfo,
  named: InputRole | Constant | undefined,
  input: TensorInfo,
  refuse: Refuse,
): Companion | undefined {
  if (named !== undefined && typeof named !== "string") {
    return constantOf(info, named, input, refuse);
  }
  const usual = conventionalRole(info.name);
  // A second input by name alone may be another thing, such as what a decoder has said so far.
  const role = named ?? (usual === "input" ? undefined : usual);
  if (role === undefined) {
    const axes = isNamedMask(info.name) && COMPANION_TYPES.has(info.type) && maskAxes(info);
    return axes ? { info, role: "unknown-mask", axes } : undefined;
  }
  if (role === "input") {
    const isTokens = INTEGERS.has(input.type);
    requireType(info, "input", isTokens ? [...INTEGERS] : [...FLOATS], refuse);
    return { info, role, axes: [] };
  }
  requireType(info, "input", [...COMPANION_TYPES], refuse);
  const isMask = role === "attention-mask" || role === "padding-mask";
  const axes = isMask ? maskAxes(info) : tokenAxes(info, input);
  if (axes) return { info, role, axes };
  const expected = isMask ? "[batch, sequence] or [batch, 1, 1, sequence]" : "[batch, sequence]";
  throw refuse(`its input ${formatInfo(info)}, the ${role}, must be ${expected}`);
}

function constantOf(
  info: TensorInfo,
  value: Constant,
  input: TensorInfo,
  refuse: Refuse,
): Companion {
  if (typeof value === "object") {
    const { shape } = info;
    const fits = value.type === info.type && (shape.length === 0 ||
      shape.length === value.dims.length &&
        shape.every((size, axis) => typeof size === "string" || size === value.dims[axis]));
    if (fits) return { info, role: "constant", axes: value.dims, value };
    throw refuse(`its input ${formatInfo(info)} cannot be ${formatShape(value)}`);
  }
  requireType(info, "input", [...COMPANION_TYPES], refuse);
  if (!holds(info.type, value)) throw refuse(`its input ${formatInfo(info)} cannot be ${value}`);
  const axes = constantAxes(info, input);
  if (axes) return { info, role: "constant", axes, value };
  throw refuse(`the size of its input ${formatInfo(info)} is not known: give a tensor, no number`);
}

/** Whether a number can be an element of this type, just as it is but for rounding. */
function holds(type: string, value: Exclude<Constant, Tensor>): boolean {
  if (FLOATS.has(type)) return true;
  const number = Number(value);
  if (type === "bool") return number === 0 || number === 1;
  const range = INTEGER_RANGES[type];
  if (!range || !Number.isInteger(number)) return false;
  return BigInt(value) >= range[0] && BigInt(value) <= range[1];
}

/** Output names that exporters use, best first. */
const OUTPUT_NAMES = ["last_hidden_state", "hidden_states", "token_embeddings"];

/** The output of this name, or else a usual one, or else the first that fits. */
function findOutput(
  { outputs }: Interface,
  name: string | undefined,
  takes: Signature["takes"],
  refuse: Refuse,
): TensorInfo {
  const ranks = takes === "tokens" ? [3] : [3, 2];
  const fits = (info: TensorInfo) => FLOATS.has(info.type) && ranks.includes(info.shape.length);
  const usual = OUTPUT_NAMES.map((usualName) => outputs.find((info) => info.name === usualName));
  const output = name === undefined
    ? [...usual, ...outputs].find((info) => info && fits(info)) ?? outputs[0]
    : outputs.find((info) => info.name === name);
  if (!output) {
    if (name === undefined) throw refuse("it has no output");
    throw refuse(`it has no output ${name}, but ${outputs.map(formatInfo).join(", ")}`);
  }
  requireType(output, "output", [...FLOATS], refuse);
  const isShapeless = output.shape.length === 0;
  if (ranks.includes(output.shape.length) || isShapeless && name !== undefined) return output;
  if (isShapeless) {
    throw refuse(`its output ${formatInfo(output)} has no shape: it must be named`);
  }
  const expected = takes === "tokens"
    ? "[batch, sequence, size]: a vector for each token"
    : "[batch, sequence, size] or [batch, size]";
  throw refuse(`its output ${formatInfo(output)} must be ${expected}`);
}

/** The sizes that the input, or anything beside it, fixes for rows and tokens. */
function frameOf(
  takes: Signature["takes"],
  input: TensorInfo,
  companions: readonly Companion[],
  refuse: Refuse,
): Frame {
  const own: readonly Axis[] = ["rows", "tokens"];
  const fixed = (wanted: Axis): number | undefined => {
    const sizes = [{ info: input, axes: own }, ...companions].flatMap(({ info, axes }) =>
      info.shape.flatMap((size, axis) =>
        axes[axis] === wanted && typeof size === "number" ? [{ info, size }] : []
      )
    );
    const [first] = sizes;
    const other = sizes.find(({ size }) => size !== first?.size);
    if (!first || !other) return first?.size;
    throw refuse(
      `${formatInfo(first.info)} and ${formatInfo(other.info)} fix the ${wanted} differently`,
    );
  };
  return { rows: fixed("rows"), tokens: takes === "tokens" ? fixed("tokens") : undefined };
}

function requireType(
  info: TensorInfo,
  role: "input" | "output",
  types: readonly string[],
  refuse: Refuse,
): void {
  if (types.includes(info.type)) return;
  throw refuse(`its ${role} ${formatInfo(info)} must be ${types.join(" or ")}`);
}
