/** The program `bt`: its commands, its signals, and how it fails. The one file that runs commander. */

import { Command, CommanderError, InvalidArgumentError } from "@commander-js/extra-typings";
import { BittensorError } from "../mod.ts";

/** What a command gets besides its own options. */
export interface CommandContext {
  /** Fires when the person at the terminal, or the system, wants the program to stop. */
  readonly signal: AbortSignal;
  /** Someone is watching: progress may be drawn. */
  readonly interactive: boolean;
  /** Shows a line, unless the output is one JSON document. */
  print(line: string): void;
  /** Ends the command with its result: printed only as the JSON document. */
  finish(result: unknown): void;
}

/** The program as commands see it, to add themselves to. */
export type Program = ReturnType<typeof createProgram>;

/** Adds a command to the program: what each file of `commands/` exports. */
export type AddCommand = (program: Program, context: CommandContext) => void;

/** Exit code of a program that a signal ended: 128 + the number of the signal. */
const SIGNAL_EXITS = new Map<Deno.Signal, number>([["SIGINT", 130], ["SIGTERM", 143]]);

/**
 * Runs the program with these arguments and returns its exit code.
 *
 * 0 success, 1 failure, 2 wrong usage, 130 and 143 stopped by a signal after cleaning up.
 */
export async function runProgram(
  args: readonly string[],
  commands: readonly AddCommand[],
): Promise<number> {
  using stop = stopSignal();
  const program = createProgram();
  const asJson = () => program.opts().json === true;
  const context: CommandContext = {
    signal: stop.signal,
    get interactive() {
      return !asJson() && Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
    },
    print: (line) => asJson() || console.log(line),
    finish: (result) => asJson() && console.log(JSON.stringify(result, undefined, 2)),
  };
  for (const add of commands) add(program, context);
  try {
    await program.parseAsync(args, { from: "user" });
    return stop.signal.aborted ? stop.exitCode() : 0;
  } catch (error) {
    if (stop.signal.aborted) return stop.exitCode();
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(formatError(error));
    return 1;
  }
}

/** Reads an option that is a whole number within a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Pass a whole number from ${least} to ${most}.`);
  };
}

function createProgram() {
  return new Command("bt")
    .description("The Bittensor toolkit for Deno")
    .option("--json", "print one JSON document instead of text")
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride();
}

/** A signal that fires on Ctrl-C or termination; a repeated one does not cut the clean-up short. */
function stopSignal(): Disposable & { signal: AbortSignal; exitCode(): number } {
  const controller = new AbortController();
  let exitCode = 1;
  const names = [...SIGNAL_EXITS.keys()].filter((name) =>
    Deno.build.os !== "windows" || name === "SIGINT"
  );
  const handlers = names.map((name) => {
    const handler = () => {
      if (controller.signal.aborted) return;
      exitCode = SIGNAL_EXITS.get(name) ?? 1;
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
    };
    Deno.addSignalListener(name, handler);
    return { name, handler };
  });
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    [Symbol.dispose]: () => {
      for (const { name, handler } of handlers) Deno.removeSignalListener(name, handler);
    },
  };
}

function formatError(error: unknown): string {
  if (!(error instanceof BittensorError)) return `error: ${error}`;
  const hint = error.hint === undefined ? "" : `\nhint: ${error.hint}`;
  return `error: ${error.message} (${error.code})${hint}`;
}
