/** Finds out how a model is called: which of its inputs and outputs are for what. */

import { BittensorError } from "../../base/errors.ts";
import type { TensorInfo } from "../runtime.ts";

/** Names of inputs and outputs; what is left out is found by its name and type. */
export interface SignatureOptions {
  /** Input for the token ids, images or vectors. */
  readonly input?: string | undefined;
  /** Input for the attention mask. */
  readonly attentionMask?: string | undefined;
  /** Output with the representations. */
  readonly output?: string | undefined;
}

/** How a model is called. */
export interface Signature {
  /** Text models take token ids; others take images or vectors of floats. */
  readonly takes: "tokens" | "floats";
  readonly input: TensorInfo;
  /** 1 for a token to attend to, 0 for padding. */
  readonly attentionMask?: TensorInfo | undefined;
  /** Segment of each token: always 0 here. */
  readonly tokenTypes?: TensorInfo | undefined;
  /** Position of each token: 0, 1, … */
  readonly positions?: TensorInfo | undefined;
  readonly output: TensorInfo;
  /**
   * Whether the model takes one item where others take a sequence of them, and gives one vector for
   * it: an image, say, as `[batch, channels, rows, columns]`.
   */
  readonly singleItems: boolean;
}

/** What a model offers; a session is one. */
export interface Interface {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/**
 * Finds out how a model is called.
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
  const find = new Finder(name, model);
  const attentionMask = find.input(options.attentionMask, /mask/i);
  const tokenTypes = find.input(undefined, /token_?type|segment/i);
  const positions = find.input(undefined, /position/i);
  const companions = [attentionMask, tokenTypes, positions].filter((info) => info !== undefined);
  const input = find.onlyInput(options.input, companions);
  const takes = INTEGERS.has(input.type) ? "tokens" : "floats";
  const output = find.output(options.output, takes);
  const singleItems = output.shape.length === 2;
  for (const info of companions) find.requireType(info, "input", [...INTEGERS, ...FLOATS, "bool"]);
  return { takes, input, attentionMask, tokenTypes, positions, output, singleItems };
}

const INTEGERS: ReadonlySet<string> = new Set(["int64", "int32"]);
const FLOATS: ReadonlySet<string> = new Set(["float32", "float16", "float64"]);

/** Output names that exporters use, best first. */
const OUTPUT_NAMES = ["last_hidden_state", "hidden_states", "token_embeddings"];

/** Looks for the inputs and outputs of one model. */
class Finder {
  readonly #name: string;
  readonly #model: Interface;

  constructor(name: string, model: Interface) {
    this.#name = name;
    this.#model = model;
  }

  /** The input of this name, or else one whose name fits the pattern, if there is one. */
  input(name: string | undefined, pattern: RegExp): TensorInfo | undefined {
    if (name !== undefined) return this.#named("input", name);
    return this.#model.inputs.find((info) => pattern.test(info.name));
  }

  /** The input of this name, or else the one that is left beside its companions. */
  onlyInput(name: string | undefined, companions: readonly TensorInfo[]): TensorInfo {
    const rest = this.#model.inputs.filter((info) => !companions.includes(info));
    const input = name === undefined ? rest[0] : this.#named("input", name);
    if (!input) throw this.#refuse("it has no input for token ids, images or vectors");
    const strangers = rest.filter((info) => info !== input);
    if (strangers.length > 0) {
      const reason = `nothing is known to put into ${strangers.map(formatInfo).join(", ")}`;
      throw this.#refuse(
        name === undefined ? `it has several inputs, ${formatInfo(input)}, but ${reason}` : reason,
      );
    }
    this.requireType(input, "input", [...INTEGERS, ...FLOATS]);
    if (INTEGERS.has(input.type)) this.#requireRank(input, "input", [2], "[batch, sequence]");
    else this.#requireRank(input, "input", [2, 3, 4, 5], "[batch, sequence, …] or [batch, …]");
    return input;
  }

  /** The output of this name, or else a usual one, or else the first that fits. */
  output(name: string | undefined, takes: Signature["takes"]): TensorInfo {
    const { outputs } = this.#model;
    const ranks = takes === "tokens" ? [3] : [3, 2];
    const fits = (info: TensorInfo) => FLOATS.has(info.type) && ranks.includes(info.shape.length);
    const usual = OUTPUT_NAMES.map((usualName) => outputs.find((info) => info.name === usualName));
    const output = name === undefined
      ? [...usual, ...outputs].find((info) => info && fits(info)) ?? outputs[0]
      : this.#named("output", name);
    if (!output) throw this.#refuse("it has no output");
    this.requireType(output, "output", [...FLOATS]);
    const expected = takes === "tokens"
      ? "[batch, sequence, size]: a vector for each token"
      : "[batch, sequence, size] or [batch, size]";
    this.#requireRank(output, "output", ranks, expected);
    return output;
  }

  requireType(info: TensorInfo, role: "input" | "output", types: readonly string[]): void {
    if (types.includes(info.type)) return;
    throw this.#refuse(`its ${role} ${formatInfo(info)} must be ${types.join(" or ")}`);
  }

  #requireRank(
    info: TensorInfo,
    role: "input" | "output",
    ranks: readonly number[],
    expected: string,
  ): void {
    if (ranks.includes(info.shape.length)) return;
    throw this.#refuse(`its ${role} ${formatInfo(info)} must be ${expected}`);
  }

  #named(role: "input" | "output", name: string): TensorInfo {
    const all = role === "input" ? this.#model.inputs : this.#model.outputs;
    const info = all.find((candidate) => candidate.name === name);
    if (info) return info;
    throw this.#refuse(`it has no ${role} ${name}, but ${all.map(formatInfo).join(", ")}`);
  }

  #refuse(reason: string): BittensorError {
    return new BittensorError("model/signature", `Cannot serve ${this.#name}: ${reason}`, {
      hint:
        "name the input, the attentionMask and the output in the options, or export it otherwise",
    });
  }
}

/** For people: `input_ids int64 [batch, sequence]`. */
export function formatInfo({ name, type, shape }: TensorInfo): string {
  const dims = shape.map((dim) => dim === "" ? "?" : dim).join(", ");
  return `${name} ${type} [${dims}]`;
}
