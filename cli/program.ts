/** The program `bt`: its options, its commands, and how it ends. The one file that runs commander. */

import {
  Argument,
  Command,
  CommanderError,
  InvalidArgumentError,
  Option,
} from "@commander-js/extra-typings";
import { BittensorError } from "../lib/base/errors.ts";
import { adviceFor } from "./advice.ts";
import { commandTree } from "./command_tree.ts";
import { type CommandContext, createContext, type GlobalOptions } from "./context.ts";
import { ExitCode } from "./exit_code.ts";
import { exitCodeOf, failureOf, formatFailure } from "./failure.ts";
import { modernArguments } from "./seed_era_flags.ts";
import { stopSignal } from "./stop_signal.ts";
import { VERSION } from "./version.ts";

export { Argument, InvalidArgumentError, Option };

/** A command as its file gets it: with name and summary, without arguments and options. */
export type BareCommand = ReturnType<typeof bareCommand>;

/** Gives a command its arguments, options and action: what each file of `commands/` exports. */
export type ConfigureCommand = (command: BareCommand, context: CommandContext) => void;

/** A command in the table of the program. */
export interface CommandEntry {
  readonly name: string;
  /** One line for `bt --help`. */
  readonly summary: string;
  load(): Promise<ConfigureCommand>;
}

/**
 * Runs the program with these arguments and returns its exit code; docs/cli.md lists them.
 *
 * After a signal the commands clean up before it returns.
 */
export async function runProgram(
  args: readonly string[],
  commands: readonly CommandEntry[],
): Promise<number> {
  using stop = stopSignal();
  const program = createProgram();
  const entries = commands.map((entry) => ({
    entry,
    command: bareCommand(program, entry.name, entry.summary),
  }));
  const context: CommandContext = createContext(() => program.opts(), {
    signal: stop.signal,
    commandTree: () => loadTree(commands, context),
  });
  await using resources = new AsyncDisposableStack();
  program.hook("preSubcommand", async (_, called) => {
    const found = entries.find(({ command }) => command.name() === called.name());
    if (found) (await found.entry.load())(found.command, context);
  });
  program.hook("preAction", async () => {
    if (context.options.verbose) resources.use(await showLog());
  });
  const modern = modernArguments(args);
  try {
    await program.parseAsync(readable(modern.args), { from: "user" });
    return stop.exitCode() ?? ExitCode.Success;
  } catch (error) {
    const stopped = stop.exitCode();
    if (stopped !== undefined) return stopped;
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ExitCode.Success;
      // A group of commands was called without one of them, and has shown its help.
      if (error.code === "commander.help") return ExitCode.Usage;
    }
    // What comes before a wrong option may be all that commander has read.
    const json = args.includes("--json") || undefined;
    return await fail(readableError(error), context, { json, ...program.opts() });
  } finally {
    for (const flag of modern.ignored) context.remark(`${flag} counts for nothing here.`);
  }
}

/** Shows an error, and returns the exit code that fits it. */
async function fail(
  error: unknown,
  context: CommandContext,
  options: GlobalOptions,
): Promise<ExitCode> {
  const failure = failureOf(error, options);
  const hint = await adviceFor(error, context).catch(() => failure.hint);
  console.error(formatFailure({ ...failure, hint }, options));
  return exitCodeOf(error);
}

/** An error of commander as one of ours: what is wrong, and what to do. */
function readableError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [, what = "", advice = ""] = COMMANDER_MESSAGE.exec(error.message) ?? [];
  return new BittensorError(
    "cli/usage",
    what.charAt(0).toUpperCase() + what.slice(1).replace(/\.$/, ""),
    {
      cause: error,
      hint: advice === ""
        ? "`bt --help` and `bt COMMAND --help` show what there is"
        : advice.charAt(0).toLowerCase() + advice.slice(1),
    },
  );
}

/** `error: what`, and then `(Did you mean this?)` on a line of its own, or another sentence. */
const COMMANDER_MESSAGE =
  /^(?:error: )?(.*?(?: is invalid(?: for argument '[^']*')?(?=\. )|$))(?:\. |\n\(?|$)(.*?)[.)]*$/ms;

async function showLog(): Promise<AsyncDisposable> {
  const { logging } = await import("../mod.ts");
  return await logging({ debug: true });
}

/** Reads an argument with a function of the toolkit, whose error is shown as wrong usage. */
export function readBy<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof BittensorError)) throw error;
      const hint = error.hint === undefined ? "" : `; ${error.hint}`;
      throw new InvalidArgumentError(`${error.message}${hint}.`);
    }
  };
}

/** Reads an option that is a whole number within a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Pass a whole number from ${least} to ${most}.`);
  };
}

function createProgram(): Command<[], GlobalOptions> {
  return new Command("bt")
    .description("The Bittensor toolkit for Deno")
    .version(VERSION, "--version", "show the version")
    .option("--network <name>", "name of a network, or the URL of a node")
    .option("--wallet <name>", "name of the wallet")
    .option("--hotkey <name>", "name of the hotkey")
    .option("--wallet-path <folder>", "folder of the wallets")
    .option("--unlock-env <variable>", "variable with the password of the coldkey")
    .option("--unlock-file <file>", "file with the password of the coldkey")
    .option("--unlock-hotkey-env <variable>", "variable with the password of the hotkey")
    .option("--unlock-hotkey-file <file>", "file with the password of the hotkey")
    .option("--timeout <seconds>", "longest wait for the chain or for a neuron", seconds)
    .option("--config <file>", "another config file than ~/.bittensor/config.json")
    .option("--json", "print one JSON document instead of text")
    .option("--yes", "agree to what the command would ask")
    .option("--dry-run", "show what would happen, and change nothing")
    .option("--quiet", "no progress and no remarks, only the result")
    .option("--verbose", "show the log, and where an error comes from")
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    // It comes back as an exception, and is shown as all others are.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
}

function bareCommand(program: Command<[], GlobalOptions>, name: string, summary: string) {
  return program.command(name).description(summary);
}

/** Loads all commands into a program of their own, which is only looked at. */
async function loadTree(commands: readonly CommandEntry[], context: CommandContext) {
  const program = createProgram();
  for (const { name, summary, load } of commands) {
    (await load())(bareCommand(program, name, summary), context);
  }
  return commandTree(program);
}

/** `help a b` is `a b --help`: so the command is loaded before it is explained. */
function readable(args: readonly string[]): string[] {
  const [first, ...rest] = args;
  if (first === undefined) return ["--help"];
  return first === "help" ? [...rest, "--help"] : [first, ...rest];
}

function seconds(text: string): number {
  const number = Number(text);
  if (/^[\d.]+$/.test(text) && number > 0 && number <= MAX_TIMEOUT_SECONDS) return number;
  throw new InvalidArgumentError(`Pass seconds, more than 0 and at most ${MAX_TIMEOUT_SECONDS}.`);
}

/** A day. */
const MAX_TIMEOUT_SECONDS = 86_400;
