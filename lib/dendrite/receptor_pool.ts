/** Receptor pool: the connections of a dendrite, one per address. */

import { type Endpoint, formatHostPort } from "../domain/endpoint.ts";
import { Receptor } from "./receptor.ts";

/** Opens a receptor for each address once. Disposing it closes them all. */
export class ReceptorPool implements AsyncDisposable {
  readonly #receptors = new Map<string, Receptor>();

  /** The receptor of the address of an endpoint; neurons that share an address share it. */
  receptor(endpoint: Pick<Endpoint, "ip" | "port">): Receptor {
    const target = formatHostPort(endpoint);
    const known = this.#receptors.get(target);
    if (known !== undefined) return known;
    const receptor = new Receptor(target);
    this.#receptors.set(target, receptor);
    return receptor;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const receptors = [...this.#receptors.values()];
    this.#receptors.clear();
    await Promise.all(receptors.map((receptor) => receptor[Symbol.asyncDispose]()));
  }
}
