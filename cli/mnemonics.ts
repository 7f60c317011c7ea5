/** Mnemonics of new keys: shown once on the terminal, or written to a file that only its owner reads. */

import type { NewMnemonic } from "../mod.ts";
import { BittensorError, messageOf } from "../lib/base/errors.ts";

/** Takes mnemonics, and forgets them. */
export interface MnemonicSink extends Disposable {
  show(created: NewMnemonic): void;
}

/**
 * Opens the file, or makes sure that somebody sees the terminal: before a key is made.
 *
 * @throws {BittensorError} `cli/usage` if there is neither a file nor a terminal, or the file exists.
 */
export function openMnemonics(path: string | undefined): MnemonicSink {
  if (path !== undefined) return fileSink(path);
  if (!Deno.stderr.isTerminal()) {
    throw new BittensorError("cli/usage", "Cannot show the mnemonics: nobody sees the terminal", {
      hint: "name a file for them with --mnemonic-file",
    });
  }
  return {
    show: ({ kind, mnemonic }) =>
      console.error(
        `The mnemonic of the ${kind} restores it. Write it down, off this machine:\n\n` +
          `${inLines(mnemonic)}\n`,
      ),
    [Symbol.dispose]: () => {},
  };
}

/** A few words in each line: a terminal would break a long line within a word. */
function inLines(mnemonic: string): string {
  const words = mnemonic.split(" ");
  const lines = Array.from(
    { length: Math.ceil(words.length / WORDS_IN_LINE) },
    (_, index) => words.slice(index * WORDS_IN_LINE, (index + 1) * WORDS_IN_LINE).join(" "),
  );
  return lines.map((line) => `  ${line}\n`).join("");
}

const WORDS_IN_LINE = 6;

function fileSink(path: string): MnemonicSink {
  const file = createFile(path);
  let written = false;
  return {
    show({ kind, mnemonic }) {
      file.writeSync(new TextEncoder().encode(`${kind}: ${mnemonic}\n`));
      file.syncSync();
      written = true;
    },
    [Symbol.dispose]() {
      file.close();
      if (!written) Deno.removeSync(path);
    },
  };
}

function createFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  } catch (cause) {
    throw new BittensorError(
      "cli/usage",
      `Cannot write the mnemonics to ${path}: ${messageOf(cause)}`,
      {
        cause,
        hint: "name a file that does not exist yet",
      },
    );
  }
}
