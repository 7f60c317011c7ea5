/** When blocks are sealed. */

/**
 * `"instant"` seals when an extrinsic waits, an interval on time, empty blocks too; `"manual"` only
 * when somebody asks for it.
 */
export type SealMode = "instant" | "manual" | { readonly intervalMs: number };

/** Seals blocks as a {@linkcode SealMode} says. */
export class SealTimer implements Disposable {
  readonly #seal: () => void;
  #mode: SealMode = "manual";
  #interval: ReturnType<typeof setInterval> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;

  /** Does nothing until it gets a mode. */
  constructor(seal: () => void) {
    this.#seal = seal;
  }

  get mode(): SealMode {
    return this.#mode;
  }

  set mode(mode: SealMode) {
    this[Symbol.dispose]();
    this.#mode = mode;
    if (typeof mode === "object") this.#interval = setInterval(this.#seal, mode.intervalMs);
  }

  /**
   * Says that an extrinsic waits. The block comes a moment later: extrinsics that arrive together
   * share it, and their replies go out before it.
   */
  extrinsicWaits(): void {
    if (this.#mode !== "instant" || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#seal();
    }, 0);
  }

  /** Stops; a mode starts it again. */
  [Symbol.dispose](): void {
    clearInterval(this.#interval);
    clearTimeout(this.#soon);
    this.#soon = undefined;
  }
}
