import type { Hex } from "../scale/hex.ts";
import type { ChainStore, StateChanges } from "./chain_store.ts";

/** The state as of some block. */
export interface ReadableState {
  get(key: Hex): Uint8Array | undefined;
}

/** The state as the runtime reads and writes it. */
export interface State extends ReadableState {
  set(key: Hex, value: Uint8Array): void;
  remove(key: Hex): void;
}

/** The state of a block in the making: its own writes over the state of its parent. */
export class Overlay implements State {
  readonly #changes = new Map<Hex, Uint8Array | undefined>();
  readonly #store: ChainStore;
  readonly #parent: number;

  constructor(store: ChainStore, parent: number) {
    this.#store = store;
    this.#parent = parent;
  }

  /** What was written so far. */
  get changes(): StateChanges {
    return this.#changes;
  }

  get(key: Hex): Uint8Array | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.before(key);
  }

  /** The value before all changes. */
  before(key: Hex): Uint8Array | undefined {
    return this.#store.read(key, this.#parent);
  }

  set(key: Hex, value: Uint8Array): void {
    this.#changes.set(key, value);
  }

  remove(key: Hex): void {
    this.#changes.set(key, undefined);
  }

  /** Removes every key that passes a test. */
  removeAll(test: (key: Hex) => boolean): void {
    const range = { prefix: "0x", limit: Number.MAX_SAFE_INTEGER } as const;
    for (const key of [...this.#store.keys(range, this.#parent), ...this.#changes.keys()]) {
      if (test(key)) this.remove(key);
    }
  }
}
