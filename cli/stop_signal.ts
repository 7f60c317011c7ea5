/** Ctrl-C and termination, as a signal that fires once. */

import { ExitCode } from "./exit_code.ts";

/** See {@linkcode stopSignal}. */
export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
  /** The exit code of a program that was stopped; undefined if it was not. */
  exitCode(): number | undefined;
}

const EXIT_CODES = { SIGINT: ExitCode.Interrupted, SIGTERM: ExitCode.Terminated } as const;

/** Resolves when the signal fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A signal that fires on Ctrl-C or termination; a repeated one does not cut the clean-up short. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  let exitCode: number | undefined;
  using handlers = new DisposableStack();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && name !== "SIGINT") continue;
    const handler = () => {
      if (controller.signal.aborted) return;
      exitCode = EXIT_CODES[name];
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
    };
    Deno.addSignalListener(name, handler);
    handlers.defer(() => Deno.removeSignalListener(name, handler));
  }
  const owned = handlers.move();
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    [Symbol.dispose]: () => owned.dispose(),
  };
}
