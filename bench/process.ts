/** Other processes of a bench, which take and print lines. */

/** A process that was started for a bench; disposing it kills it. */
export interface BenchProcess extends AsyncDisposable {
  /** Writes a line to its standard input. */
  write(line: string): Promise<void>;
  /** The next line of its standard output. */
  read(): Promise<string>;
}

/** Runs a script of this folder. */
export function startProcess(script: string, ...args: readonly string[]): BenchProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=local", new URL(script, import.meta.url).pathname, ...args],
    cwd: new URL("..", import.meta.url).pathname,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const lines = linesOf(child.stdout);
  return {
    write: (line) => input.write(new TextEncoder().encode(`${line}\n`)),
    read: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ${args.join(" ")} ended early`);
      return value;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** The lines of a stream of bytes. */
export async function* linesOf(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
