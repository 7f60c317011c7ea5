/** Whether the other side is still there: a machine that slept, or changed its network, gets no goodbye. */

/** What a {@linkcode Heartbeat} does. */
export interface HeartbeatOptions {
  /** Silence after which it asks for a word; when none comes for as long again, it gives up. */
  readonly periodMs: number;
  /** Asks the other side for a word. */
  readonly ask: () => void;
  /** Hears that nobody is there. */
  readonly onSilence: () => void;
}

/** Watches over a connection while somebody waits for it. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #asked = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Starts to watch, unless it does. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.heard();
    this.#timer = setInterval(() => this.#check(), this.#options.periodMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The other side has said something. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#asked = false;
  }

  #check(): void {
    const { periodMs, ask, onSilence } = this.#options;
    if (performance.now() - this.#heardAt < periodMs) return;
    // Time alone proves nothing: this program may have been busy, and what was said waits for it.
    if (this.#asked) return onSilence();
    this.#asked = true;
    ask();
  }
}
