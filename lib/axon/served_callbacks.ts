/** The callbacks that an axon serves with, and which of them were tried. */

import type { Modality } from "../domain/modality.ts";
import { checkCallbacks, type CheckOptions } from "./callback_check.ts";
import {
  type BackwardCallback,
  type Callbacks,
  type ForwardCallback,
  mergeCallbacks,
} from "./callbacks.ts";
import { detectModality } from "./modality.ts";

/** The callbacks of one axon. */
export class ServedCallbacks {
  readonly #given: Modality | undefined;
  readonly #tried = new WeakSet<ForwardCallback | BackwardCallback>();
  #current: Callbacks;
  #modality: Modality;

  /**
   * @param given The modality to say, whatever the callbacks are.
   * @throws {BittensorError} `axon/modality`.
   */
  constructor(callbacks: Callbacks, given: Modality | undefined) {
    this.#given = given;
    this.#current = callbacks;
    this.#modality = detectModality(given, callbacks);
  }

  /** The callbacks as they are now. */
  get current(): Callbacks {
    return this.#current;
  }

  /** What the chain is told. */
  get modality(): Modality {
    return this.#modality;
  }

  /**
   * Tries callbacks, and serves with them from then on.
   *
   * @throws {BittensorError} `axon/callback`, `axon/modality`; nothing has changed then.
   */
  async attach(callbacks: Callbacks, options: CheckOptions): Promise<void> {
    detectModality(this.#given, mergeCallbacks(this.#current, callbacks));
    await this.#try(callbacks, options);
    // Again: others may have been attached meanwhile.
    const merged = mergeCallbacks(this.#current, callbacks);
    this.#modality = detectModality(this.#given, merged);
    this.#current = merged;
  }

  /**
   * Tries all callbacks.
   *
   * @throws {BittensorError} `axon/callback`.
   */
  async check(options: CheckOptions): Promise<void> {
    await this.#try(this.#current, options);
  }

  /**
   * Tries the callbacks that were not tried yet.
   *
   * @throws {BittensorError} `axon/callback`.
   */
  async checkNew(options: CheckOptions): Promise<void> {
    const { forward, backward } = this.#current;
    await this.#try({
      forward: new Map([...forward].filter(([, callback]) => !this.#tried.has(callback))),
      backward: new Map([...backward].filter(([, callback]) => !this.#tried.has(callback))),
    }, options);
  }

  async #try(callbacks: Callbacks, options: CheckOptions): Promise<void> {
    await checkCallbacks(callbacks, options);
    for (const callback of callbacks.forward.values()) this.#tried.add(callback);
    for (const callback of callbacks.backward.values()) this.#tried.add(callback);
  }
}
