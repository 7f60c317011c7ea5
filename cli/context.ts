/** What a command gets besides its own arguments: output, questions, and the signal to stop. */

import type { CommandNode } from "./command_tree.ts";
import { BittensorError } from "../lib/base/errors.ts";
import { formatFields } from "./view/fields.ts";

/** The options that every command takes. */
export type GlobalOptions = {
  readonly network?: string | undefined;
  readonly wallet?: string | undefined;
  readonly hotkey?: string | undefined;
  readonly walletPath?: string | undefined;
  readonly unlockEnv?: string | undefined;
  readonly unlockFile?: string | undefined;
  readonly unlockHotkeyEnv?: string | undefined;
  readonly unlockHotkeyFile?: string | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly config?: string | undefined;
  readonly json?: true | undefined;
  readonly yes?: true | undefined;
  readonly dryRun?: true | undefined;
  readonly quiet?: true | undefined;
  readonly verbose?: true | undefined;
};

/** What a command is about to spend or to overwrite. */
export interface Plan {
  /** In a few words, such as `Transfer 1.5 τ`. */
  readonly action: string;
  /** Amounts, addresses, files. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** See the functions: each file of `commands/` gets one. */
export interface CommandContext {
  /** Fires when the person at the terminal, or the system, wants the program to stop. */
  readonly signal: AbortSignal;
  readonly options: GlobalOptions;
  /** Someone is watching: progress may be drawn. */
  readonly interactive: boolean;
  /** Columns that a line of the result may have: those of the terminal. */
  readonly width: number;
  /** Shows a part of the result, unless it is to be one JSON document. */
  print(text: string): void;
  /** Shows a remark on standard error, for people. */
  remark(text: string): void;
  /** Ends the command with its result: printed only as the JSON document; bigints become strings. */
  finish(result: unknown): void;
  /**
   * Shows a plan and asks whether to go on; with `ask: false` only a dry run stops here.
   *
   * @returns true to go on; false if it is a dry run, whose output is complete then.
   * @throws {BittensorError} `cli/declined` if the answer is no, or there is nobody to ask.
   */
  agree(plan: Plan, options?: { readonly ask?: boolean }): Promise<boolean>;
  /** All commands and options of the program. */
  commandTree(): Promise<CommandNode>;
}

/** The context of one run of the program. @param options Known once the arguments were read. */
export function createContext(
  options: () => GlobalOptions,
  { signal, commandTree }: Pick<CommandContext, "signal" | "commandTree">,
): CommandContext {
  const context: CommandContext = {
    signal,
    commandTree,
    get options() {
      return options();
    },
    get interactive() {
      const { json, quiet } = options();
      return !json && !quiet && Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
    },
    get width() {
      return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : Infinity;
    },
    print: (text) => options().json || console.log(text),
    remark: (text) => options().json || options().quiet || console.error(text),
    finish: (result) => options().json && console.log(formatJson(result)),
    agree: (plan, { ask = true } = {}) => agree(plan, ask, context),
  };
  return context;
}

async function agree(plan: Plan, ask: boolean, context: CommandContext): Promise<boolean> {
  const { dryRun, yes, json } = context.options;
  if (dryRun) {
    context.print(`Would: ${formatPlan(plan)}`);
    context.finish({ dryRun: true, plan });
    return false;
  }
  if (yes || !ask) return true;
  const { canPrompt, confirm } = await import("./view/prompts.ts");
  if (json || !canPrompt()) throw declined(`Cannot ask whether to go on: ${plan.action}`);
  console.error(formatPlan(plan));
  if (await confirm("Go on?", context.signal)) return true;
  throw declined(`Not agreed to: ${plan.action}`);
}

function declined(message: string): BittensorError {
  return new BittensorError("cli/declined", message, {
    hint: "pass --yes to agree, or --dry-run to see only what would happen",
  });
}

function formatPlan({ action, details }: Plan): string {
  return `${action}\n${formatFields(details)}`;
}

function formatJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => typeof item === "bigint" ? String(item) : item, 2);
}
