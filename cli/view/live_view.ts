/** A view that is drawn over itself on a terminal. */

import { createLogUpdate } from "log-update";
import process from "node:process";

/** Milliseconds between two pictures. */
const FRAME_MS = 500;

/** Lines of the smallest terminal that is served; the last one stays free for the cursor. */
const SMALLEST_HEIGHT = 24;

/**
 * Draws what `frame` returns, again and again, until the signal fires; the last picture stays.
 *
 * Lines that do not fit the terminal are cut off.
 */
export async function drawUntil(signal: AbortSignal, frame: () => string): Promise<void> {
  const draw = createLogUpdate(process.stdout);
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const timer = setInterval(() => draw(cut(frame())), FRAME_MS);
  try {
    draw(cut(frame()));
    await stopped;
    draw(cut(frame()));
  } finally {
    clearInterval(timer);
    draw.done();
  }
}

function cut(text: string): string {
  const { rows = SMALLEST_HEIGHT } = process.stdout;
  return text.split("\n").slice(0, rows - 1).join("\n");
}
