/** Runs callbacks: so many at one time, the others in the order of their priority. */

import { untilAborted } from "../base/deadline.ts";
import { RefusedInputs } from "../base/refused_inputs.ts";
import { logger } from "../base/log.ts";
import type { Tensor } from "../base/tensor.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import type { Caller } from "../wire/request_verifier.ts";
import { encodeTensor } from "../wire/tensor_codec.ts";
import type { CallbackContext, CallbackResult } from "./callbacks.ts";
import { type Outcome, outcome, QUEUE_FULL, RAN_TOO_LONG, STOPPED } from "./outcome.ts";
import { type PriorityFunction, priorityOf } from "./priority.ts";
import { PriorityQueue, type PriorityQueueOptions } from "./priority_queue.ts";
import type { Job } from "./request_check.ts";
import type { RequestLife } from "./request_lives.ts";
import { findFault } from "./result_check.ts";

/** Options of {@linkcode JobRunner}. */
export interface JobRunnerOptions extends PriorityQueueOptions {
  readonly priority: PriorityFunction;
}

/** Runs the callbacks of one axon. */
export class JobRunner {
  readonly #priority: PriorityFunction;
  readonly #queue: PriorityQueue;

  constructor(options: JobRunnerOptions) {
    this.#priority = options.priority;
    this.#queue = new PriorityQueue(options);
  }

  /** Requests whose callbacks run. */
  get running(): number {
    return this.#queue.running;
  }

  /** Requests that wait for their turn. */
  get queued(): number {
    return this.#queue.queued;
  }

  /** Takes a place to run in, if one is free; {@linkcode run} gives it back. */
  enter(): boolean {
    return this.#queue.enter();
  }

  /**
   * Waits for a place to run in, which {@linkcode run} gives back.
   *
   * @returns The answer, if there is no room to wait in.
   * @throws the reason of the request's signal; no place is taken then.
   */
  async wait(caller: Caller, life: RequestLife): Promise<Outcome | undefined> {
    if (this.#queue.full) return QUEUE_FULL;
    const { signal } = life;
    const priority = await untilAborted(priorityOf(caller, this.#priority), signal);
    const turn = this.#queue.wait(priority, signal);
    if (turn === undefined) return QUEUE_FULL;
    await turn;
    // The signal may have fired between the turn and now.
    if (signal.aborted) this.#queue.leave();
    signal.throwIfAborted();
  }

  /** Calls the callback, and makes an answer of its result. */
  async run(job: Job, caller: Caller, life: RequestLife): Promise<Outcome> {
    let result: Tensor | null | undefined;
    try {
      const running = this.#call(job, caller, life);
      // What is there already costs no turn of the event loop, and no signal.
      result = running instanceof Promise ? await untilAborted(running, life.signal) : running;
    } catch (error) {
      if (life.aborted) return life.stopped ? STOPPED : RAN_TOO_LONG;
      if (error instanceof RefusedInputs) return refusedInputs(error);
      // The text stays here: it may tell a stranger about this machine.
      const { direction } = job;
      logger("axon").error("The {direction} callback failed: {error}", { direction, error });
      return outcome(ReturnCode.UnknownException, `Error calling ${direction} callback`);
    }
    if (result === null || result === undefined) return outcome(ReturnCode.EmptyResponse);
    return encodeResult(result, job);
  }

  /** Calls the callback, which keeps its place until it has ended. */
  #call(job: Job, caller: Caller, life: RequestLife): CallbackResult {
    let ended = true;
    try {
      const running = job.run(caller.hotkey, new RequestContext(job, caller, life));
      if (!isThenable(running)) return running;
      ended = false;
      const promise = Promise.resolve(running);
      promise.then(this.#queue.leave, this.#queue.leave);
      return promise;
    } finally {
      if (ended) this.#queue.leave();
    }
  }
}

/** The signal is made for those who ask for it. */
class RequestContext implements CallbackContext {
  readonly modality: Modality;
  readonly verified: boolean;
  readonly requiresGrad: boolean;
  readonly #life: RequestLife;

  constructor({ modality, requiresGrad }: Job, { verified }: Caller, life: RequestLife) {
    this.modality = modality;
    this.verified = verified;
    this.requiresGrad = requiresGrad;
    this.#life = life;
  }

  get signal(): AbortSignal {
    return this.#life.signal;
  }
}

function isThenable(result: CallbackResult): result is Promise<Tensor | null> {
  return typeof (result as Partial<Promise<unknown>> | null | undefined)?.then === "function";
}

/** What a caller is told whose inputs the callback refuses: why, unlike with other errors. */
function refusedInputs({ code, reason }: RefusedInputs): Outcome {
  const isOfShape = /\/(shape|too-long)$/.test(code);
  return outcome(
    isOfShape ? ReturnCode.RequestShapeException : ReturnCode.InvalidRequest,
    `The request was refused: ${reason}`,
  );
}

function encodeResult(result: Tensor, { direction, resultDims }: Job): Outcome {
  const fault = findFault(result, resultDims);
  if (fault !== undefined) {
    const { text } = fault;
    logger("axon").error("The {direction} callback returned {text}", { direction, text });
    return fault.kind === "type"
      ? outcome(ReturnCode.ResponseSerializationException, "The result is no tensor of floats")
      : outcome(
        ReturnCode.ResponseShapeException,
        "The result has another shape than expected",
      );
  }
  try {
    const tensors = [encodeTensor(result, { modality: Modality.TENSOR })];
    const answer = { returnCode: ReturnCode.Success, message: "Success", tensors };
    return { answer, shape: result.dims };
  } catch (error) {
    logger("axon").error("The {direction} result cannot be sent: {error}", { direction, error });
    return outcome(ReturnCode.ResponseSerializationException, "The result cannot be sent");
  }
}
