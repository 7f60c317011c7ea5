/** The program `bt` as a process, in a folder of its own, as a person would call it in a shell. */

import Ajv from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname!, "../..");

/** Where the schemas of the documents are. */
export const SCHEMAS = join(ROOT, "cli/schemas");

/** Processes at once: more than the cores would only make each of them slow. */
const MOST_AT_ONCE = 3;

/** A process that does not end by itself is stopped, so that a test fails instead of hanging. */
const TIME_LIMIT_MS = 60_000;

/** What a process that has ended left. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with wallets and a config file, and the program in it. */
export interface Shell extends AsyncDisposable {
  readonly folder: string;
  /** Starts `bt`; standard input is closed. */
  start(...args: readonly string[]): Deno.ChildProcess;
  /** Runs `bt` to its end. */
  run(...args: readonly string[]): Promise<Run>;
  /** The text of a `bt` that must succeed. */
  text(...args: readonly string[]): Promise<string>;
  /** The document of `bt … --json`, which must fit the schema of this name. */
  json<T = unknown>(schema: string, ...args: readonly string[]): Promise<T>;
  /** A `bt` that must fail; it is run with `--json` and returns the failure that it told. */
  fails(code: number, ...args: readonly string[]): Promise<Failure>;
}

/** What a failed command tells, with `--json`. */
export interface Failure {
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
}

/** A shell in a new folder; disposing removes the folder. */
export async function shell(environment: Readonly<Record<string, string>> = {}): Promise<Shell> {
  const folder = await Deno.makeTempDir({ prefix: "bt-" });
  const env = {
    ...UNSET,
    BT_CONFIG: join(folder, "config.json"),
    BT_WALLET_PATH: join(folder, "wallets"),
    ...environment,
  };
  const start = (...args: readonly string[]) => startProgram(args, env, folder);
  const run = (...args: readonly string[]) => SLOTS.use(() => finish(start(...args)));
  const json = async <T>(schema: string, ...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await run(...args, "--json");
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    return readDocument<T>(schema, stdout);
  };
  return {
    folder,
    start,
    run,
    json,
    text: async (...args) => {
      const { code, stdout, stderr } = await run(...args);
      assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(stdout + stderr, /\x1b|\r/, "escape codes in a pipe");
      return stdout;
    },
    fails: async (expected, ...args) => {
      const { code, stdout, stderr } = await run(...args, "--json");
      assert.equal(code, expected, `${args.join(" ")}: ${stderr}`);
      assert.equal(stdout, "");
      return readDocument<{ error: Failure }>("error", stderr).error;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Settings of whoever runs the tests do not count. */
const UNSET = { BT_NETWORK: "", BT_WALLET_NAME: "", BT_WALLET_HOTKEY: "", BT_TIMEOUT: "" };

function startProgram(
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Deno.ChildProcess {
  const config = join(ROOT, "deno.json");
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=local", "--config", config, join(ROOT, "cli/main.ts"), ...args],
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function finish(child: Deno.ChildProcess): Promise<Run> {
  await using process = child;
  const timer = setTimeout(() => process.kill("SIGKILL"), TIME_LIMIT_MS);
  try {
    const { code, stdout, stderr } = await process.output();
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a stream up to where `text` was written, or to its end, and returns what came by then. */
export async function readUntil(
  stream: ReadableStream<Uint8Array>,
  text: string,
): Promise<string> {
  let seen = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream.values({ preventCancel: true })) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes(text)) break;
  }
  return seen;
}

/** Makes sure that nobody listens on a port of this machine. */
export async function assertClosed(port: number, hostname = "127.0.0.1"): Promise<void> {
  await assert.rejects(Deno.connect({ hostname, port }), Deno.errors.ConnectionRefused);
}

/** Parses a document, and checks it against the schema of this name. */
export function readDocument<T>(schema: string, text: string): T {
  const value: T = JSON.parse(text);
  const validate = ajv.getSchema(`${schema}.json`);
  assert(validate, `there is no schema ${schema}`);
  assert(validate(value), `${schema}: ${ajv.errorsText(validate.errors)}\n${text}`);
  return value;
}

const ajv = new Ajv.default({ allErrors: true, strict: true, allowUnionTypes: true });
for (const { name } of Deno.readDirSync(SCHEMAS)) {
  ajv.addSchema(JSON.parse(Deno.readTextFileSync(join(SCHEMAS, name))), name);
}

/** Lets a few at a time work; the others wait. */
class Slots {
  #free = MOST_AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

const SLOTS = new Slots();

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
