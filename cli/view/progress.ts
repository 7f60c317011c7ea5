/** Progress bars for people at a terminal; nothing at all anywhere else. */

// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import process from "node:process";

/** A bar that is shown from its first update on, and closed by `using`. */
export interface ProgressBar extends Disposable {
  /** Sets how many of the total are done. */
  update(done: number): void;
}

/** Options of {@linkcode progressBar}. */
export interface ProgressBarOptions {
  /** What is going on, in front of the bar. */
  readonly label: string;
  readonly total: number;
  /** Draw it; a program that writes to a file or a pipe does not. */
  readonly visible: boolean;
}

/** Shows `label: 100%|██████████| 7/7 [2s<0s, 3.5it/s]` on standard error. */
export function progressBar({ label, total, visible }: ProgressBarOptions): ProgressBar {
  if (!visible) return { update: () => {}, [Symbol.dispose]: () => {} };
  const start = performance.now();
  const rate = (done: number) => (1000 * done / (performance.now() - start)).toFixed(2);
  const bar = new SingleBar({
    stream: process.stderr,
    format: `${label}: {percentage}%|{bar}| {value}/{total} [{duration}s<{eta}s, {rate}it/s]`,
    barCompleteChar: "█",
    barIncompleteChar: " ",
    barsize: 20,
    hideCursor: true,
    // The program ends by its own signal handler, which closes this bar on the way.
    gracefulExit: false,
  });
  return {
    update: (done) => {
      if (!bar.isActive) bar.start(total, 0, { rate: rate(0) });
      if (done > 0) bar.update(done, { rate: rate(done) });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
