/** Questions on the terminal; answers are read from standard input, and nothing goes to the output. */

import { confirm as askYesOrNo, password } from "@inquirer/prompts";
import process from "node:process";

/** Whether somebody can be asked. */
export function canPrompt(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/** Asks; no is the answer to a bare return, and to a prompt that was left with Ctrl-C. */
export async function confirm(message: string, signal: AbortSignal): Promise<boolean> {
  return await unlessLeft(askYesOrNo({ message, default: false }, place(signal)), signal) ?? false;
}

/** Asks for a secret, which is not shown; undefined if the prompt was left with Ctrl-C. */
export async function askSecret(
  message: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const question = { message, mask: true, toggleMask: false };
  return await unlessLeft(password(question, place(signal)), signal);
}

function place(signal: AbortSignal) {
  return { output: process.stderr, signal };
}

async function unlessLeft<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === "ExitPromptError") return undefined;
    throw error;
  }
}
