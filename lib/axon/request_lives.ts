/** Until when a request is worth an answer, and who is told when it no longer is. */

/**
 * One request, from its arrival to its answer.
 *
 * Its signal is made when somebody first asks for it: most requests end before that.
 */
export class RequestLife {
  readonly #incoming: AbortSignal;
  readonly #lives: RequestLives;
  readonly #hasDeadline: boolean;
  #controller: AbortController | undefined;
  #ended = false;

  /** @internal Use {@linkcode RequestLives.begin}. */
  constructor(lives: RequestLives, incoming: AbortSignal, hasDeadline: boolean) {
    this.#lives = lives;
    this.#incoming = incoming;
    this.#hasDeadline = hasDeadline;
  }

  /** Fires when the caller's deadline passes or it leaves, and when the axon gives the request up. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = this.#controller = new AbortController();
    if (this.#ended) return controller.signal;
    if (this.#incoming.aborted) {
      controller.abort(this.#incoming.reason);
    } else {
      this.#incoming.addEventListener("abort", this.#onAbort, { once: true });
      this.#lives.watch(this, this.#hasDeadline);
    }
    return controller.signal;
  }

  /** Whether the signal has fired, or would have. */
  get aborted(): boolean {
    return this.#controller?.signal.aborted ?? (this.#incoming.aborted || this.#lives.stopped);
  }

  /** Whether the axon gave it up because it stopped. */
  get stopped(): boolean {
    return this.#lives.stopped;
  }

  /** Gives the request up. */
  cancel(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /** The request is answered: its signal never fires again. */
  end(): void {
    this.#ended = true;
    if (this.#controller === undefined) return;
    this.#incoming.removeEventListener("abort", this.#onAbort);
    this.#lives.forget(this);
  }

  readonly #onAbort = (): void => this.cancel(this.#incoming.reason);
}

/** The requests of one server that somebody waits for. */
export class RequestLives {
  readonly #timeoutMs: number;
  /** When each is given up, in the order of their arrival; those with a deadline of their own: never. */
  readonly #open = new Map<RequestLife, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: { readonly reason: unknown } | undefined;

  /** @param timeoutMs How long a request without a deadline may take, in milliseconds. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether all requests were given up. */
  get stopped(): boolean {
    return this.#stop !== undefined;
  }

  /**
   * A request has arrived; its end must be told.
   *
   * @param incoming Fires when the deadline of the request passes or its caller is gone.
   */
  begin(incoming: AbortSignal, hasDeadline: boolean): RequestLife {
    return new RequestLife(this, incoming, hasDeadline);
  }

  /** @internal */
  watch(life: RequestLife, hasDeadline: boolean): void {
    if (this.#stop !== undefined) return life.cancel(this.#stop.reason);
    this.#open.set(life, hasDeadline ? Infinity : performance.now() + this.#timeoutMs);
    // One timer for all: it wakes when the request that it was set for would be late.
    if (!hasDeadline) this.#timer ??= setTimeout(this.#sweep, this.#timeoutMs);
  }

  /** @internal */
  forget(life: RequestLife): void {
    this.#open.delete(life);
  }

  /** Gives all requests up, those included that are still to come. */
  stop(reason: unknown): void {
    this.#stop = { reason };
    clearTimeout(this.#timer);
    for (const life of this.#open.keys()) life.cancel(reason);
    this.#open.clear();
  }

  readonly #sweep = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [life, endsAt] of this.#open) {
      if (endsAt === Infinity) continue;
      if (endsAt > now) {
        this.#timer = setTimeout(this.#sweep, endsAt - now);
        return;
      }
      this.#open.delete(life);
      life.cancel(new DOMException(`No answer within ${this.#timeoutMs} ms`, "TimeoutError"));
    }
  };
}
