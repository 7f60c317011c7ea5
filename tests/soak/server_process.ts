/** The process with the axon of the soak, as its parent sees it. */

import { join } from "node:path";

/** What the axon says of itself. */
export interface ServerState {
  readonly port: number;
  /** Bytes of the heap, and of the buffers outside of it, after a collection of garbage. */
  readonly bytes: number;
  /** Bytes of memory that the system counts. */
  readonly rss: number;
  readonly running: number;
  readonly queued: number;
  /** How its answers ended. */
  readonly codes: Readonly<Record<string, number>>;
  /** Requests that it refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** A running axon; disposing it stops it, and throws if it did not end well. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  /** @throws {Error} If the process has ended. */
  state(): Promise<ServerState>;
}

export async function startServer(): Promise<ServerProcess> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=test", "--no-prompt", "--v8-flags=--expose-gc", "tests/soak/server.ts"],
    cwd: join(import.meta.dirname ?? ".", "../.."),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = process.stdin.getWriter();
  const output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  const read = async (): Promise<ServerState> => {
    while (!buffered.includes("\n")) {
      const { value, done } = await output.read();
      if (done) throw new Error("the axon's process has ended");
      buffered += value;
    }
    const end = buffered.indexOf("\n");
    const line = buffered.slice(0, end);
    buffered = buffered.slice(end + 1);
    return JSON.parse(line);
  };
  const { port } = await read();
  const state = async () => {
    await input.write(new TextEncoder().encode("\n"));
    return await read();
  };
  const stop = async () => {
    await input.close();
    while (!(await output.read()).done);
    const { code, signal } = await process.status;
    if (code !== 0) throw new Error(`the axon's process ended with ${signal ?? code}`);
  };
  return { port, state, [Symbol.asyncDispose]: stop };
}
