/** Callbacks: what an axon answers with, and what they are told. */

import type { Tensor } from "../base/tensor.ts";
import { Modality } from "../domain/modality.ts";

/** What a callback learns beside the inputs. */
export interface CallbackContext {
  /**
   * Fires when the deadline of the request passes or its caller is gone, and when the axon that stops
   * has waited long enough: nobody waits for the result any more. It never fires after the answer.
   */
  readonly signal: AbortSignal;
  readonly modality: Modality;
  /** Whether a signature proves who the caller is; otherwise it is what the caller says. */
  readonly verified: boolean;
  /** Whether the caller marked its inputs as ones that need gradients. */
  readonly requiresGrad: boolean;
}

/** What a callback returns: a tensor, or `null` to answer `EmptyResponse`. */
export type CallbackResult = Tensor | null | Promise<Tensor | null>;

/**
 * Computes the representations of a request.
 *
 * @param caller Address of the hotkey that the request names, `""` if none.
 * @param inputs For text, `[batch, sequence]` token ids: int64 from all common callers, but another
 * type passes as it came. For images `[batch, sequence, channels, rows, columns]`, for tensors
 * `[batch, sequence, width]`.
 * @returns float32 or float64 `[batch, sequence, 512]`; `null` to answer `EmptyResponse`.
 */
export type ForwardCallback = (
  caller: string,
  inputs: Tensor,
  context: CallbackContext,
) => CallbackResult;

/**
 * Takes the gradients of what {@linkcode ForwardCallback} returned for the same inputs.
 *
 * @param caller Address of the hotkey that the request names, `""` if none.
 * @param inputs As for {@linkcode ForwardCallback}, but the batch may be empty.
 * @param gradients `[batch, sequence, width]`, 512 wide from all common callers.
 * @returns The gradients of the inputs, float32 or float64: in the shape of the inputs, or
 * `[batch, sequence, 512]` for text; `null` to answer `EmptyResponse`.
 */
export type BackwardCallback = (
  caller: string,
  inputs: Tensor,
  gradients: Tensor,
  context: CallbackContext,
) => CallbackResult;

/** Callbacks by the names that the options of an axon give them. */
export interface NamedCallbacks {
  /** Answers text requests; without it they are answered with `NotImplemented`, as all others. */
  readonly forwardText?: ForwardCallback | undefined;
  /** Answers image requests. */
  readonly forwardImage?: ForwardCallback | undefined;
  /** Answers tensor requests. */
  readonly forwardTensor?: ForwardCallback | undefined;
  /** Takes the gradients of text requests. */
  readonly backwardText?: BackwardCallback | undefined;
  /** Takes the gradients of image requests. */
  readonly backwardImage?: BackwardCallback | undefined;
  /** Takes the gradients of tensor requests. */
  readonly backwardTensor?: BackwardCallback | undefined;
}

/** The callbacks of an axon, by modality. */
export interface Callbacks {
  readonly forward: ReadonlyMap<number, ForwardCallback>;
  readonly backward: ReadonlyMap<number, BackwardCallback>;
}

/** No callbacks. */
export const NO_CALLBACKS: Callbacks = { forward: new Map(), backward: new Map() };

/** The names of the callbacks of each modality. */
const NAMES = [
  { modality: Modality.TEXT, forward: "forwardText", backward: "backwardText" },
  { modality: Modality.IMAGE, forward: "forwardImage", backward: "backwardImage" },
  { modality: Modality.TENSOR, forward: "forwardTensor", backward: "backwardTensor" },
] as const;

/** The name of a callback, such as `forwardText`. */
export function callbackName(direction: "forward" | "backward", modality: number): string {
  return NAMES[modality]?.[direction] ?? direction;
}

/**
 * The callbacks of an object, which they are called as methods of.
 *
 * @throws {TypeError} If one is no function.
 */
export function callbacksOf(named: NamedCallbacks): Callbacks {
  const forward = new Map<number, ForwardCallback>();
  const backward = new Map<number, BackwardCallback>();
  for (const names of NAMES) {
    const [onForward, onBackward] = [named[names.forward], named[names.backward]];
    if (onForward !== undefined) {
      forward.set(names.modality, checkFunction(names.forward, onForward).bind(named));
    }
    if (onBackward !== undefined) {
      backward.set(names.modality, checkFunction(names.backward, onBackward).bind(named));
    }
  }
  return { forward, backward };
}

/** These callbacks, with others in the place of those that the others have too. */
export function mergeCallbacks(callbacks: Callbacks, others: Callbacks): Callbacks {
  return {
    forward: new Map([...callbacks.forward, ...others.forward]),
    backward: new Map([...callbacks.backward, ...others.backward]),
  };
}

/**
 * The callback, if it is a function.
 *
 * @throws {TypeError} If it is none.
 */
export function checkFunction<F>(name: string, callback: F): F {
  if (typeof callback === "function") return callback;
  throw new TypeError(`Cannot call ${name}: it is ${kindOf(callback)}, no function`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
