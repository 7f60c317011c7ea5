/** How a model is called: which of its inputs and outputs are for what. */

import { BittensorError } from "../../base/errors.ts";
import type { TensorInfo } from "../runtime.ts";
import { type Companion, type Constant, INPUT_ROLES, type InputRole } from "./roles.ts";

/** What the inputs and outputs of a model are for, where their names do not tell. */
export interface SignatureOptions {
  /** Input for the token ids, images or vectors. */
  readonly input?: string | undefined;
  /** Input for the attention mask. */
  readonly attentionMask?: string | undefined;
  /** Output with the representations. */
  readonly output?: string | undefined;
  /**
   * What any input is for, by its name; or what it gets in every run: a number for all its elements,
   * or a tensor. `{ pad: "padding-mask", temperature: 0.7 }`
   */
  readonly roles?: Readonly<Record<string, InputRole | Constant>> | undefined;
}

/** How a model is called. */
export interface Signature {
  /** Text models take token ids; others take images or vectors of floats. */
  readonly takes: "tokens" | "floats";
  readonly input: TensorInfo;
  /** The other inputs. */
  readonly companions: readonly Companion[];
  readonly output: TensorInfo;
  /**
   * Whether the model takes one item where others take a sequence of them, and gives one vector for
   * it: an image, say, as `[batch, channels, rows, columns]`.
   */
  readonly singleItems: boolean;
  /** Rows and tokens that every run must have, where the model fixes them. */
  readonly frame: Frame;
}

/** What a model fixes of the size of a run. */
export interface Frame {
  readonly rows?: number | undefined;
  /** Of models of token ids alone: those of others are part of what an item is. */
  readonly tokens?: number | undefined;
}

/** What a model offers; a session is one. */
export interface Interface {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Names of inputs that are no tensors. */
  readonly otherInputs: readonly string[];
}

/** Whether a model is told which tokens are padding. */
export function takesMask({ companions }: Signature): boolean {
  return companions.some(({ role }) => /-mask$/.test(role));
}

/** A model cannot serve as it is called, or as it answers. */
export class SignatureError extends BittensorError {
  /** What the model offers, for people. */
  readonly offer: string;

  constructor(
    name: string,
    { inputs, outputs }: Pick<Interface, "inputs" | "outputs">,
    reason: string,
  ) {
    const list = (infos: readonly TensorInfo[]) => infos.map(formatInfo).join(", ") || "none";
    const offer = `it has the inputs ${list(inputs)}, and the outputs ${list(outputs)}`;
    super("model/signature", `Cannot serve ${name}: ${reason}`, {
      hint:
        `${offer}; say with names: { roles: { NAME: role }, output } what each is for: a role is ` +
        `${INPUT_ROLES.join(", ")}, or a number that the input gets in every run`,
    });
    this.offer = offer;
  }
}

/** For people: `input_ids int64 [batch, sequence]`. */
export function formatInfo({ name, type, shape }: TensorInfo): string {
  const dims = shape.map((dim) => dim === "" ? "?" : dim).join(", ");
  return `${name} ${type} [${dims}]`;
}
