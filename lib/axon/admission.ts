/** Admission: who asks, and may it ask just now. */

import { untilAborted } from "../base/deadline.ts";
import { logger } from "../base/log.ts";
import { ReturnCode } from "../domain/return_code.ts";
import type { Method } from "../wire/rpc.ts";
import { type Caller, RefusedRequest, type RequestVerifier } from "../wire/request_verifier.ts";
import type { TensorMessage } from "../wire/tensor_message.ts";
import type { AxonSettings, Blacklist } from "./axon_options.ts";
import { type Outcome, refusal, TOO_MANY } from "./outcome.ts";
import { RateLimit } from "./rate_limit.ts";

/** Who asks, and the answer if it is decided already. */
export interface Admitted {
  readonly caller: Caller;
  readonly refused?: Outcome | undefined;
}

/** What is known of a request before its tensors are read. */
export interface IncomingRequest {
  readonly method: Method;
  readonly message: TensorMessage;
  /** IP address of the caller. */
  readonly peerIp: string;
}

/** Decides which requests get in. */
export class Admission {
  readonly #verifier: RequestVerifier;
  readonly #limit: RateLimit;
  readonly #blacklist: Blacklist | undefined;

  constructor(
    verifier: RequestVerifier,
    { maximumRequestsPerSecond, blacklist }: AxonSettings,
  ) {
    this.#verifier = verifier;
    this.#limit = new RateLimit(maximumRequestsPerSecond);
    this.#blacklist = blacklist;
  }

  /**
   * Finds out who asks, and whether it asks too often.
   *
   * Only a session is cheap enough to check before the rate limit is asked.
   *
   * @param now Milliseconds of a clock that never goes back.
   */
  admit({ method, message, peerIp }: IncomingRequest, now: number): Admitted {
    const claimed: Caller = { hotkey: message.hotkey, verified: false };
    const inSession = this.#verifier.hasSession(message);
    if (!inSession && !this.#limit.take(peerIp, now)) return { caller: claimed, refused: TOO_MANY };
    let caller: Caller;
    try {
      caller = this.#verifier.accept(method, message);
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      // Who claims a session that it does not have counts as its IP address after all.
      const tooMany = inSession && !this.#limit.take(peerIp, now);
      const unknown = refusal(error.reason, ReturnCode.SenderUnknown, error.message);
      return { caller: claimed, refused: tooMany ? TOO_MANY : unknown };
    }
    const key = caller.verified ? caller.hotkey : peerIp;
    if (inSession && !this.#limit.take(key, now)) return { caller, refused: TOO_MANY };
    return { caller };
  }

  /** Whether there is a blacklist to ask. */
  get hasBlacklist(): boolean {
    return this.#blacklist !== undefined;
  }

  /**
   * Asks the blacklist, if there is one.
   *
   * @param signal Ends the wait.
   * @returns `undefined` for those who may pass.
   * @throws the reason of `signal`.
   */
  async askBlacklist(
    { method, message, peerIp }: IncomingRequest,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Outcome | undefined> {
    let verdict: boolean | string | undefined;
    try {
      const context = { method, modality: message.tensors[0]?.modality, peerIp };
      const asked = this.#blacklist?.(caller, context);
      verdict = asked instanceof Promise ? await untilAborted(asked, signal) : asked;
    } catch (error) {
      signal.throwIfAborted();
      logger("axon").error("The blacklist failed: {error}", { error });
      return refusal("blacklist", ReturnCode.UnknownException, "The request cannot be checked");
    }
    if (verdict === undefined || verdict === false) return undefined;
    const reason = typeof verdict === "string" ? verdict : "This axon does not answer you";
    return refusal("blacklist", ReturnCode.SenderUnknown, reason);
  }
}
