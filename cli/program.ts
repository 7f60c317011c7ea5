/** The program `bt`: its options, its commands, and how it ends. The one file that runs commander. */

import { Command, CommanderError, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { type CommandContext, createContext, type GlobalOptions } from "./context.ts";
import { ExitCode } from "./exit_code.ts";
import { exitCodeOf, formatFailure } from "./failure.ts";
import { modernFlags } from "./seed_era_flags.ts";
import { stopSignal } from "./stop_signal.ts";

export { Option };

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
  const context = createContext(() => program.opts(), stop.signal);
  for (const { name, summary } of commands) bareCommand(program, name, summary);
  program.hook("preSubcommand", async (_, command) => {
    const entry = commands.find(({ name }) => name === command.name());
    if (entry) (await entry.load())(command as BareCommand, context);
  });
  try {
    await program.parseAsync(readable(args), { from: "user" });
    return stop.exitCode() ?? ExitCode.Success;
  } catch (error) {
    const stopped = stop.exitCode();
    if (stopped !== undefined) return stopped;
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? ExitCode.Success : ExitCode.Usage;
    }
    console.error(formatFailure(error, program.opts()));
    return exitCodeOf(error);
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

function createProgram(): Command<[], GlobalOptions> {
  return new Command("bt")
    .description("The Bittensor toolkit for Deno")
    .option("--network <name>", "name of a network, or the URL of a node")
    .option("--wallet <name>", "name of the wallet")
    .option("--hotkey <name>", "name of the hotkey")
    .option("--wallet-path <folder>", "folder of the wallets")
    .option("--timeout <seconds>", "longest wait for the chain or for a neuron", seconds)
    .option("--config <file>", "another config file than ~/.bittensor/config.json")
    .option("--json", "print one JSON document instead of text")
    .option("--yes", "agree to what the command would ask")
    .option("--dry-run", "show what would happen, and change nothing")
    .option("--quiet", "no progress and no remarks, only the result")
    .option("--verbose", "show the log, and where an error comes from")
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride();
}

function bareCommand(program: Command<[], GlobalOptions>, name: string, summary: string) {
  return program.command(name).description(summary);
}

/** `help a b` is `a b --help`: so the command is loaded before it is explained. */
function readable(args: readonly string[]): string[] {
  const [first, ...rest] = modernFlags(args);
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
