import assert from "node:assert/strict";
import { assertClosed, readDocument, readUntil, ROOT } from "./shell.ts";

/** The program as `deno task quickstart` starts it, with a temporary folder of its own. */
function quickstart(args: readonly string[], temporary: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=local", "cli/main.ts", "quickstart", ...args],
    cwd: ROOT,
    env: { TMPDIR: temporary },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
    assert.deepEqual([...Deno.readDirSync(folder)], [], "the program left files behind");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("quickstart ends with the representations and writes no escape codes to a pipe", () =>
  withFolder(async (folder) => {
    const { code, stdout, stderr } = await quickstart(["--neurons", "2"], folder).output();
    const text = decode(stdout);
    assert.equal(code, 0, decode(stderr));
    assert.equal(text.trimEnd().split("\n").at(-1), "representations: 2 × float32 [1, 9, 512]");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text, /\x1b|\r/);
    assert.match(text, /Dev chain at ws:\/\/127\.0\.0\.1:\d+, block 0/);
    assert.match(text, /not encrypted/);
    assert.match(text, /n 2, block 2, tau 0\.5/);
    const [port] = /(?<=127\.0\.0\.1:)\d+/.exec(text)!;
    await assertClosed(Number(port));
  }));

interface Report {
  readonly metagraph: {
    readonly n: number;
    readonly neurons: readonly { readonly stake: number }[];
  };
  readonly answers: readonly {
    readonly code: string;
    readonly shape: readonly number[];
    readonly std: number;
  }[];
}

Deno.test("quickstart --json prints one JSON document", () =>
  withFolder(async (folder) => {
    const { code, stdout } = await quickstart(["--neurons", "1", "--json"], folder).output();
    assert.equal(code, 0);
    const report = readDocument<Report>("quickstart", decode(stdout));
    assert.equal(report.metagraph.n, 1);
    assert.equal(report.metagraph.neurons[0]?.stake, 0);
    assert.deepEqual(report.answers.map(({ code }) => code), ["Success"]);
    assert.deepEqual(report.answers[0]?.shape, [1, 9, 512]);
    assert.ok(report.answers[0]!.std > 0);
  }));

/** Sends what Ctrl-C sends; a program that has ended by itself hears nothing. */
function interrupt(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGINT");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

// A step prints its line when it is done, so the signal meets the step after the one it waited for.
for (const done of [1, 2, 3, 4, 5]) {
  Deno.test(`quickstart stopped by Ctrl-C in step ${done + 1} cleans up`, () =>
    withFolder(async (folder) => {
      await using process = quickstart(["--neurons", "2"], folder);
      const text = await readUntil(process.stdout, `[${done}/6]`);
      interrupt(process);
      await Promise.all([process.stdout.cancel(), process.stderr.cancel()]);
      const { code } = await process.status;
      // In the last step nothing is left to stop: the signal may come too late to be heard.
      assert.ok(code === 130 || code === 0 && done === 5, `exit code ${code}`);
      const [port] = /(?<=127\.0\.0\.1:)\d+/.exec(text)!;
      await assertClosed(Number(port));
    }));
}

Deno.test("quickstart stopped by Ctrl-C in step 1 leaves nothing", () =>
  withFolder(async (folder) => {
    await using process = quickstart([], folder);
    await readUntil(process.stderr, "Warning");
    process.kill("SIGINT");
    await Promise.all([process.stdout.cancel(), process.stderr.cancel()]);
    assert.equal((await process.status).code, 130);
  }));

Deno.test("quickstart refuses wrong options with exit code 2", () =>
  withFolder(async (folder) => {
    for (const args of [["--neurons", "0"], ["--neurons", "many"], ["--neuron", "3"]]) {
      const { code, stdout, stderr } = await quickstart(args, folder).output();
      assert.equal(code, 2, args.join(" "));
      assert.equal(decode(stdout), "");
      assert.match(decode(stderr), /whole number from 1 to 64|did you mean --neurons/);
    }
  }));
