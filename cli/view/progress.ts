/** Progress bars for people at a terminal; nothing at all anywhere else. */

// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import process from "node:process";

/** Options of {@linkcode withProgressBar}. */
export interface ProgressBarOptions {
  /** What is going on, in front of the bar. */
  readonly label: string;
  readonly total: number;
  /** Draw it; a program that writes to a file or a pipe does not. */
  readonly visible: boolean;
}

/**
 * Shows `label: 100%|██████████| 7/7 [2s<0s, 3.5it/s]` on standard error while `work` runs, from the
 * first time on that it tells how many of the total are done.
 */
export async function withProgressBar<T>(
  { label, total, visible }: ProgressBarOptions,
  work: (update: (done: number) => void) => Promise<T>,
): Promise<T> {
  if (!visible) return await work(() => {});
  let start = performance.now();
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
  try {
    return await work((done) => {
      if (!bar.isActive) {
        start = performance.now();
        bar.start(total, 0, { rate: rate(0) });
      }
      if (done > 0) bar.update(done, { rate: rate(done) });
    });
  } finally {
    bar.stop();
  }
}
