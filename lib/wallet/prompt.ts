/** Password prompts on the terminal. The one file that knows the prompt library. */

import process from "node:process";
import { BittensorError } from "../base/errors.ts";
import {
  MIN_PASSWORD_LENGTH,
  MIN_PASSWORD_STRENGTH,
  passwordStrength,
} from "./password_strength.ts";

/** Whether somebody can be asked: prompts are written to stderr and read from stdin. */
export function canPrompt(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/**
 * Asks for a password.
 *
 * @returns The password without outer whitespace.
 * @throws {BittensorError} `wallet/cancelled` if the prompt was left with Ctrl-C.
 */
export async function askPassword(message: string, signal?: AbortSignal): Promise<string> {
  return await ask(message, signal, () => true);
}

/**
 * Asks twice for a new password, until it is strong enough and typed the same.
 *
 * @returns The password without outer whitespace.
 * @throws {BittensorError} `wallet/cancelled` if the prompt was left with Ctrl-C.
 */
export async function askNewPassword(message: string, signal?: AbortSignal): Promise<string> {
  for (let question = message;; question = `The two differ. ${message}`) {
    const password = await ask(question, signal, judgeNewPassword);
    if (await askPassword("Retype the password", signal) === password) return password;
  }
}

/** True, or what is wrong with a password that somebody wants to use. */
export function judgeNewPassword(password: string): true | string {
  if ([...password].length < MIN_PASSWORD_LENGTH) {
    return `The password is too short: it has at least ${MIN_PASSWORD_LENGTH} characters`;
  }
  if (passwordStrength(password) < MIN_PASSWORD_STRENGTH) {
    return "The password is too easy to guess: make it longer, or vary its characters";
  }
  return true;
}

async function ask(
  message: string,
  signal: AbortSignal | undefined,
  judge: (password: string) => true | string,
): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  try {
    const answer = await password(
      { message, mask: true, toggleMask: false, validate: (text) => judge(text.trim()) },
      { output: process.stderr, ...(signal && { signal }) },
    );
    return answer.trim();
  } catch (cause) {
    signal?.throwIfAborted();
    if (!(cause instanceof Error) || cause.name !== "ExitPromptError") throw cause;
    throw new BittensorError("wallet/cancelled", "Cannot go on: the password prompt was left", {
      cause,
    });
  }
}
