import type { Block } from "../state/chain_store.ts";
import type { PoolEntry } from "./pool_entry.ts";

/** A sealed block, and whom to tell what becomes of it. */
export interface Inclusion {
  readonly block: Block;
  readonly included: readonly PoolEntry[];
}

/** Blocks that become final in one go; more wait, so that clients are served in between. */
const MAX_TOGETHER = 256;

/**
 * Sealed blocks that are not final yet, each for some time: clients that see a block final before
 * they saw it at all miss it.
 */
export class FinalityQueue implements Disposable {
  readonly #delayMs: number;
  readonly #finalize: (inclusions: readonly Inclusion[]) => void;
  #waiting: { readonly inclusion: Inclusion; readonly due: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param finalize Gets what is due, at least one block, in order. */
  constructor(delayMs: number, finalize: (inclusions: readonly Inclusion[]) => void) {
    this.#delayMs = delayMs;
    this.#finalize = finalize;
  }

  /** Adds the next block. */
  add(inclusion: Inclusion): void {
    this.#waiting.push({ inclusion, due: performance.now() + this.#delayMs });
    this.#timer ??= setTimeout(() => this.#take(), this.#delayMs);
  }

  /** Takes out the blocks after `number`, which will never be final. */
  removeAfter(number: number): readonly Inclusion[] {
    const all = this.#waiting.map(({ inclusion }) => inclusion);
    const isAfter = ({ block }: Inclusion) => block.header.number > number;
    this.#waiting = this.#waiting.filter(({ inclusion }) => !isAfter(inclusion));
    return all.filter(isAfter);
  }

  /** Stops; what waits stays as it is. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #take(): void {
    const now = performance.now();
    const later = this.#waiting.findIndex(({ due }) => due > now);
    const count = Math.min(later < 0 ? this.#waiting.length : later, MAX_TOGETHER);
    const due = this.#waiting.splice(0, count).map(({ inclusion }) => inclusion);
    const next = this.#waiting[0];
    this.#timer = next && setTimeout(() => this.#take(), Math.max(next.due - now, 0));
    if (due.length > 0) this.#finalize(due);
  }
}
