import type { SealMode } from "../node/seal_timer.ts";

/** Timers count in 32 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Checks a time for a timer. @throws {RangeError} If it is out of range. */
export function checkDuration(name: string, ms: number, least: number): void {
  if (ms >= least && ms <= MAX_TIMER_MS) return;
  throw new RangeError(`Cannot use ${name} ${ms}: it has ${least} to ${MAX_TIMER_MS} milliseconds`);
}

/** Checks when blocks are to be sealed. @throws {RangeError} If it is no such thing. */
export function checkedSealMode(mode: unknown): SealMode {
  if (mode === "instant" || mode === "manual") return mode;
  if (typeof mode === "object" && mode !== null && "intervalMs" in mode) {
    const { intervalMs } = mode;
    if (typeof intervalMs === "number") {
      checkDuration("seal.intervalMs", intervalMs, 1);
      return { intervalMs };
    }
  }
  throw new RangeError(
    `Cannot seal ${JSON.stringify(mode)}: it is "instant", "manual" or { intervalMs }`,
  );
}
