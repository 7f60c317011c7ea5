/** A question with yes or no, on the terminal. */

import { confirm as ask } from "@inquirer/prompts";
import process from "node:process";

/** Asks; no is the answer to a bare return, and to a prompt that was left with Ctrl-C. */
export async function confirm(message: string, signal: AbortSignal): Promise<boolean> {
  try {
    return await ask({ message, default: false }, { output: process.stderr, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === "ExitPromptError") return false;
    throw error;
  }
}
