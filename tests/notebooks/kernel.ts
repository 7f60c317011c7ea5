/** A Jupyter client, small: starts the real Deno kernel and runs cells on it over ZeroMQ. */

import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import { delay } from "../../lib/base/deadline.ts";
import { type CellOutput, splitLines } from "./notebook.ts";

/** What a cell wrote and returned. */
export interface CellResult {
  /** Standard output and error, in order, without colours. */
  readonly text: string;
  /** Representations of the last expression, by MIME type. */
  readonly data: Readonly<Record<string, unknown>>;
  /** All of it, as a notebook file keeps it. */
  readonly outputs: readonly CellOutput[];
}

/** A running kernel; disposing stops its process. */
export interface Kernel extends AsyncDisposable {
  /** Runs a cell; throws what the cell threw, or an error when it takes too long. */
  execute(code: string, options: { timeoutMs: number }): Promise<CellResult>;
}

interface Message {
  readonly type: string;
  readonly parent: string | undefined;
  readonly content: Record<string, unknown>;
}

const DELIMITER = "<IDS|MSG>";

/** The kernel sends a result up to some milliseconds after it said that it is idle. */
const QUIET_MS = 60;

/**
 * How long it is waited for a reply once the kernel is idle. ZeroMQ under Deno now and then overlooks a
 * message that arrives while it sends; all that a cell shows comes over the other socket.
 */
const REPLY_MS = 1_000;

/** Starts a kernel in a folder, from where relative imports and deno.json are found. */
export async function startKernel(folder: string): Promise<Kernel> {
  await using resources = new AsyncDisposableStack();
  const temporary = await Deno.makeTempDir();
  resources.defer(() => Deno.remove(temporary, { recursive: true }));
  const [shellPort, iopubPort, stdinPort, controlPort, heartbeatPort] = freePorts(5);
  const key = crypto.randomUUID();
  const connection = join(temporary, "connection.json");
  await Deno.writeTextFile(
    connection,
    JSON.stringify({
      transport: "tcp",
      ip: "127.0.0.1",
      key,
      signature_scheme: "hmac-sha256",
      kernel_name: "deno",
      shell_port: shellPort,
      iopub_port: iopubPort,
      stdin_port: stdinPort,
      control_port: controlPort,
      hb_port: heartbeatPort,
    }),
  );
  const process = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", connection],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended: string | undefined;
  const end = process.status.then(({ code, signal }) => {
    ended = signal ?? `exit code ${code}`;
  });
  resources.defer(async () => {
    if (ended === undefined) process.kill("SIGKILL");
    await end;
  });
  const shell = new Dealer({ linger: 0 });
  const iopub = new Subscriber({ linger: 0 });
  shell.connect(`tcp://127.0.0.1:${shellPort}`);
  iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
  iopub.subscribe();
  const client = new KernelClient(shell, iopub, await hmacKey(key), () => ended);
  resources.defer(() => client.close());
  await client.ready();
  const owned = resources.move();
  return {
    execute: (code, { timeoutMs }) => client.execute(code, timeoutMs),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

class KernelClient {
  readonly #shell: Dealer;
  readonly #iopub: Subscriber;
  readonly #key: CryptoKey;
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #loops: Promise<unknown>;
  readonly #ended: () => string | undefined;

  /** @param ended How the process of the kernel ended, if it did. */
  constructor(shell: Dealer, iopub: Subscriber, key: CryptoKey, ended: () => string | undefined) {
    this.#ended = ended;
    this.#shell = shell;
    this.#iopub = iopub;
    this.#key = key;
    this.#loops = Promise.all([this.#receive(shell), this.#receive(iopub)]);
  }

  /** The subscription to iopub takes a moment: asks until its messages arrive. */
  async ready(): Promise<void> {
    let heard = false;
    const asked = new Set<string | undefined>();
    const listener = ({ type, parent }: Message) =>
      heard ||= type === "status" && asked.has(parent);
    this.#listeners.add(listener);
    for (let attempt = 0; attempt < 400 && !heard; attempt++) {
      const ended = this.#ended();
      if (ended) throw new Error(`The Deno kernel did not start: ${ended}`);
      asked.add(await this.#send("kernel_info_request", {}));
      await delay(50);
    }
    this.#listeners.delete(listener);
    if (!heard) throw new Error("The Deno kernel did not start within 20 s");
  }

  async execute(code: string, timeoutMs: number): Promise<CellResult> {
    const messages: Message[] = [];
    let id = "";
    let last = performance.now();
    const listener = (message: Message) => {
      messages.push(message);
      if (message.parent === id) last = performance.now();
    };
    this.#listeners.add(listener);
    id = await this.#send("execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
    const own = () => messages.filter(({ parent }) => parent === id);
    const done = () => {
      const replied = own().some(({ type }) => type === "execute_reply");
      return own().some(({ content }) => content.execution_state === "idle") &&
        performance.now() - last > (replied ? QUIET_MS : REPLY_MS);
    };
    const start = performance.now();
    while (!done()) {
      const ended = this.#ended();
      if (ended) throw new Error(`The kernel ended (${ended}) in the cell:\n${code}`);
      if (performance.now() - start > timeoutMs) {
        throw new Error(`The cell did not end within ${timeoutMs} ms:\n${code}`);
      }
      await delay(10);
    }
    this.#listeners.delete(listener);
    return resultOf(own());
  }

  async close(): Promise<void> {
    this.#shell.close();
    this.#iopub.close();
    await this.#loops;
  }

  async #receive(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const texts = frames.map((frame) => frame.toString());
      const start = texts.indexOf(DELIMITER);
      const [header, parent, , content] = texts.slice(start + 2).map((text) => JSON.parse(text));
      const message = { type: header.msg_type, parent: parent.msg_id, content };
      for (const listener of this.#listeners) listener(message);
    }
  }

  async #send(type: string, content: unknown): Promise<string> {
    const id = crypto.randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: "test",
      username: "test",
      version: "5.3",
    };
    const date = new Date().toISOString();
    const frames = [{ ...header, date }, {}, {}, content].map((frame) => JSON.stringify(frame));
    const bytes = new TextEncoder().encode(frames.join(""));
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", this.#key, bytes));
    await this.#shell.send([DELIMITER, signature.toHex(), ...frames]);
    return id;
  }
}

function resultOf(messages: readonly Message[]): CellResult {
  const failure = messages.find(({ type }) => type === "error");
  if (failure) {
    const { ename, evalue, traceback } = failure.content;
    throw new Error(`${ename}: ${evalue}\n${traceback}`);
  }
  const outputs = outputsOf(messages);
  const text = outputs.flatMap((output) => output.output_type === "stream" ? output.text : []);
  const result = outputs.find((output) => output.output_type !== "stream");
  return { text: text.join(""), data: result?.data ?? {}, outputs };
}

/** Pieces of a stream are merged; results keep their place among them. */
function outputsOf(messages: readonly Message[]): CellOutput[] {
  const outputs: CellOutput[] = [];
  for (const { type, content } of messages) {
    if (type === "stream") {
      const name = String(content.name);
      const text = withoutColours(String(content.text));
      const last = outputs.at(-1);
      if (last?.output_type === "stream" && last.name === name) {
        outputs.pop();
        outputs.push({ ...last, text: splitLines(last.text.join("") + text) });
      } else outputs.push({ output_type: "stream", name, text: splitLines(text) });
    } else if (type === "display_data" || type === "execute_result") {
      const data = Object.entries(content.data as Record<string, unknown>).map(([mime, value]) =>
        [mime, typeof value === "string" ? splitLines(withoutColours(value)) : value] as const
      );
      const count = Number(content.execution_count);
      outputs.push({
        output_type: type,
        ...(type === "execute_result" && { execution_count: count }),
        data: Object.fromEntries(data),
        metadata: {},
      });
    }
  }
  return outputs;
}

/** Text as it reads without the colour codes of a terminal. */
export function withoutColours(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

function hmacKey(key: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = new TextEncoder().encode(key);
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
}

/** Ports below those that the system gives to others, so that they are still free a moment later. */
function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
