/** A file of log lines that does not grow for ever. */

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Options of {@linkcode LogFile}. */
export interface LogFileOptions {
  /** Size at which a new file begins, in bytes. @default {25_000_000} */
  readonly mostBytes?: number | undefined;
  /** How long former files are kept, in milliseconds. @default {864_000_000, ten days} */
  readonly keepMs?: number | undefined;
}

const TEN_DAYS_MS = 10 * 24 * 3_600_000;

/** Appends lines to a file; disposing closes it. */
export class LogFile implements Disposable {
  readonly path: string;
  readonly #mostBytes: number;
  readonly #keepMs: number;
  #file: Deno.FsFile;
  #size: number;

  /** Opens the file, and makes its folder if there is none. */
  constructor(path: string, { mostBytes = 25_000_000, keepMs = TEN_DAYS_MS }: LogFileOptions = {}) {
    this.path = path;
    this.#mostBytes = mostBytes;
    this.#keepMs = keepMs;
    Deno.mkdirSync(dirname(path), { recursive: true });
    this.#file = this.#open();
    this.#size = this.#file.statSync().size;
  }

  /** Writes a line. */
  write(line: string): void {
    const bytes = new TextEncoder().encode(`${line}\n`);
    if (this.#size > 0 && this.#size + bytes.length > this.#mostBytes) this.#begin();
    for (let written = 0; written < bytes.length;) {
      written += this.#file.writeSync(bytes.subarray(written));
    }
    this.#size += bytes.length;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** Puts the file aside, under the time of now, and begins another one. */
  #begin(): void {
    this.#file.close();
    Deno.renameSync(this.path, this.#unusedName());
    this.#removeOld();
    this.#file = this.#open();
    this.#size = 0;
  }

  /** The path and the time of now; two files of one millisecond would take each other's place. */
  #unusedName(): string {
    const name = `${this.path}.${new Date().toISOString().replaceAll(":", "-")}`;
    let unused = name;
    for (let n = 2; existsSync(unused); n++) unused = `${name}.${String(n).padStart(4, "0")}`;
    return unused;
  }

  #removeOld(): void {
    const folder = dirname(this.path);
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.startsWith(`${basename(this.path)}.`)) continue;
      const path = join(folder, name);
      const written = Deno.statSync(path).mtime?.getTime() ?? Infinity;
      if (Date.now() - written > this.#keepMs) Deno.removeSync(path);
    }
  }

  #open(): Deno.FsFile {
    return Deno.openSync(this.path, { append: true, create: true, mode: 0o600 });
  }
}
