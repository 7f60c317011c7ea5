/** Receptor pool: the connections of a dendrite. */

import type { Address } from "../domain/address.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { logReceptor } from "../domain/log_event.ts";
import type { Query } from "./query.ts";
import { type Answer, type AskOptions, Receptor, type ReceptorOptions } from "./receptor.ts";
import type { EndpointStatistics } from "./statistics.ts";

/** Options of {@linkcode ReceptorPool}. */
export interface ReceptorPoolOptions extends ReceptorOptions {
  /** Receptors that are kept; those in use are never closed. */
  readonly maximumReceptors: number;
}

/**
 * Keeps one receptor for each hotkey and address.
 *
 * When an endpoint of a hotkey comes with another address, its former receptor is closed as soon as
 * nobody uses it. Above the limit, idle receptors are closed, those first that were used least
 * recently. Disposing the pool closes them all.
 */
export class ReceptorPool implements AsyncDisposable {
  readonly #options: ReceptorPoolOptions;
  readonly #receptors = new Map<string, Receptor>();
  /** The receptor of the address that each hotkey had last. */
  readonly #latest = new Map<Address, Receptor>();
  /** Receptors that nobody uses, least recently used first. */
  readonly #idle = new Set<Receptor>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ReceptorPoolOptions) {
    this.#options = options;
  }

  /** Whether there is a receptor of an endpoint. */
  has(endpoint: Endpoint): boolean {
    return this.#receptors.has(keyOf(endpoint));
  }

  /** Asks an endpoint, whose hotkey and address were checked; see {@linkcode Receptor.ask}. */
  async ask(endpoint: Endpoint, query: Query, options: AskOptions): Promise<Answer> {
    const receptor = this.#take(endpoint);
    try {
      return await receptor.ask(query, options);
    } finally {
      this.#giveBack(receptor);
    }
  }

  /** What was counted for each receptor. */
  statistics(): EndpointStatistics[] {
    return Array.from(this.#receptors.values(), (receptor) => receptor.statistics());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const receptor of this.#receptors.values()) this.#close(receptor);
    await Promise.all(this.#closing);
  }

  #take(endpoint: Endpoint): Receptor {
    const key = keyOf(endpoint);
    const known = this.#receptors.get(key);
    const receptor = known ?? new Receptor(key, endpoint, this.#options);
    receptor.users++;
    this.#idle.delete(receptor);
    const former = this.#latest.get(endpoint.hotkey);
    if (known === undefined) {
      this.#receptors.set(key, receptor);
      logReceptor(former === undefined ? "Connect" : "Update", endpoint);
    }
    if (former !== receptor) {
      this.#latest.set(endpoint.hotkey, receptor);
      if (former?.users === 0) this.#close(former);
    }
    if (known === undefined) this.#closeSurplus();
    return receptor;
  }

  #giveBack(receptor: Receptor): void {
    if (--receptor.users > 0) return;
    if (this.#latest.get(receptor.hotkey) !== receptor) return this.#close(receptor);
    this.#idle.add(receptor);
    this.#closeSurplus();
  }

  #closeSurplus(): void {
    for (const receptor of this.#idle) {
      if (this.#receptors.size <= this.#options.maximumReceptors) return;
      this.#close(receptor);
    }
  }

  /** Closing a receptor that is closed already changes nothing. */
  #close(receptor: Receptor): void {
    if (!this.#receptors.delete(receptor.key)) return;
    logReceptor("Destroy", receptor.endpoint);
    this.#idle.delete(receptor);
    if (this.#latest.get(receptor.hotkey) === receptor) this.#latest.delete(receptor.hotkey);
    const closing = receptor[Symbol.asyncDispose]().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

function keyOf({ hotkey, ip, port }: Endpoint): string {
  return `${hotkey}@${ip}:${port}`;
}
