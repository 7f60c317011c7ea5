import * as bittensor from "bittensor";
import assert from "node:assert/strict";
import { assertClosed, readDocument, readUntil, type Shell, shell } from "./shell.ts";

interface Answers {
  readonly answers: readonly { readonly uid: number; readonly code: string }[];
}

/** Neurons that answer, and a shell whose wallet has no neuron among them. */
async function networkAndShell(neurons: number) {
  await using resources = new AsyncDisposableStack();
  const network = resources.use(await bittensor.localnet({ neurons, device: "cpu" }));
  const bt = resources.use(await shell({ BT_NETWORK: network.endpoint }));
  using _wallet = await bittensor.wallet({ path: `${bt.folder}/wallets` }).create({
    password: null,
  });
  const owned = resources.move();
  return { network, bt, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Waits for the end of a process that was told to stop, and returns its exit code and last words. */
async function ended(process: Deno.ChildProcess): Promise<{ code: number; stderr: string }> {
  await process.stdout.cancel();
  const stderr = await readUntil(process.stderr, "\0");
  return { code: (await process.status).code, stderr };
}

Deno.test("bt metagraph shows the neurons, sorts them, and writes a file once", async () => {
  await using context = await networkAndShell(2);
  const { bt } = context;
  const file = `${bt.folder}/graph.npz`;
  const [graph, top, block, typo, planned] = await Promise.all([
    bt.json<{ n: number; neurons: { uid: number }[] }>("metagraph", "metagraph", "--save", file),
    bt.text("metagraph", "--sort", "lastUpdate", "--top", "1"),
    bt.fails(4, "metagraph", "--block", "999"),
    bt.fails(2, "metagraph", "--top", "0"),
    bt.json("dry-run", "metagraph", "--save", `${file}2`, "--dry-run"),
  ]);
  assert.equal(graph.n, 2);
  assert.deepEqual(graph.neurons.map(({ uid }) => uid), [0, 1]);
  assert.match(top, /: n 2, block \d+, tau 0\.5\n/);
  assert.match(top, /│ +1 │ +0\.00 │/);
  assert.doesNotMatch(top, /│ +0 │ +0\.00 │/);
  assert.equal(block.code, "chain/unknown-block");
  assert.match(typo.hint ?? "", /whole number from 1/);
  assert.match(JSON.stringify(planned), /Write a metagraph into a file/);
  assert((await Deno.stat(file)).size > 0);
  await assert.rejects(Deno.stat(`${file}2`), Deno.errors.NotFound);
  const overwrite = await bt.fails(3, "metagraph", "--save", file);
  assert.match(overwrite.hint ?? "", /--yes/);
});

Deno.test("bt query asks neurons, and bt serve answers until it is stopped", async () => {
  await using context = await networkAndShell(1);
  const { bt } = context;
  const model = `${bt.folder}/small.onnx`;
  await bittensor.gpt2({ nEmbd: 96, nLayer: 1, nHead: 2 }).save(model);
  const serve = ["serve", model, "--host", "127.0.0.2", "--listen", "127.0.0.2", "--device", "cpu"];
  const [asked, table, nobody, noRange, noWallet, noModel, planned] = await Promise.all([
    bt.json<Answers>("query", "query", "hello"),
    bt.text("query", "hello", "--uids", "0"),
    bt.fails(4, "query", "hello", "--uids", "0-1"),
    bt.fails(2, "query", "hello", "--uids", "1-0"),
    bt.fails(4, "query", "hello", "--wallet", "nobody"),
    bt.fails(1, "serve", "nothing.onnx", "--port", "0"),
    bt.json("dry-run", ...serve, "--dry-run"),
  ]);
  assert.deepEqual(asked.answers.map(({ code }) => code), ["Success"]);
  assert.match(table, /│ +0 │ \/ipv4\/127\.0\.0\.2:\d+ │ Success +│/);
  assert.match(table, /^Round trip in ms: p50 /m);
  assert.match(nobody.hint ?? "", /uids run from 0 to 0/);
  assert.match(noRange.hint ?? "", /0,2,5-7/);
  assert.equal(noWallet.code, "wallet/missing-key");
  assert.match(noModel.message, /nothing\.onnx/);
  assert.match(JSON.stringify(planned), /Serve .*small\.onnx/);

  const port = await serveOnce(bt, ["--json"], serve, async (text) => {
    const served = readDocument<{ port: number }>("serve", text);
    const { answers } = await bt.json<Answers>("query", "query", "hello", "--uids", "1");
    assert.deepEqual(answers, [{ ...answers[0], uid: 1, code: "Success" }]);
    return served.port;
  });
  await serveOnce(bt, [], [...serve, "--no-subscribe"], (text) => {
    assert.match(text, /^model +/m);
    assert.match(text, /^reached +not subscribed$/m);
    return Promise.resolve(port);
  });
});

/** Serves while the work runs, stops it as Ctrl-C does, and makes sure that its port is closed. */
async function serveOnce(
  bt: Shell,
  mode: readonly string[],
  serve: readonly string[],
  work: (text: string) => Promise<number>,
): Promise<number> {
  await using process = bt.start(...serve, "--port", "0", ...mode);
  const port = await work(await readUntil(process.stdout, mode.length > 0 ? "\n}" : "reached"));
  process.kill("SIGINT");
  const { code, stderr } = await ended(process);
  assert.equal(code, 130, stderr);
  assert.doesNotMatch(stderr, /error|at file/);
  if (mode.length === 0) assert.match(stderr, /Serving until Ctrl-C\.\nAnswered 0 requests\./);
  await assertClosed(port, "127.0.0.2");
  return port;
}

Deno.test("bt up brings up a network, reports in lines, and leaves nothing when it is stopped", async () => {
  await using bt = await shell();
  const up = ["up", "--neurons", "1", "--port", "0", "--device", "cpu"];
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [planned, taken, none] = await Promise.all([
    bt.json("dry-run", ...up, "--dry-run"),
    bt.fails(1, "up", "--port", String(port)),
    bt.fails(2, "up", "--neurons", "0"),
    stopUp(bt, [...up, "--json"], "\n}", (text) => {
      const { endpoint, neurons } = readDocument<
        { endpoint: string; neurons: { port: number }[] }
      >("up", text);
      return [Number(new URL(endpoint).port), neurons[0]!.port];
    }),
    stopUp(bt, [...up, "--preset", "tutorial"], "answer", (text) => {
      assert.match(text, /^neurons +37 neurons, of which 1 answer/m);
      return [Number(/127\.0\.0\.1:(\d+)/.exec(text)![1])];
    }),
  ]);
  assert.match(JSON.stringify(planned), /Bring up a network/);
  assert.equal(taken.code, "devchain/port-in-use");
  assert.match(none.hint ?? "", /from 1 to 64/);
  assert.deepEqual([...Deno.readDirSync(bt.folder)], []);
});

async function stopUp(
  bt: Shell,
  args: readonly string[],
  until: string,
  portsOf: (text: string) => readonly number[],
): Promise<void> {
  await using process = bt.start(...args);
  const [chain, axon] = portsOf(await readUntil(process.stdout, until));
  if (!args.includes("--json")) {
    assert.match(await readUntil(process.stderr, "\n"), /^block \d+, 0 calls\n/);
  }
  process.kill("SIGINT");
  assert.equal((await ended(process)).code, 130);
  await assertClosed(chain!);
  if (axon !== undefined) await assertClosed(axon, "127.0.0.2");
}

Deno.test("bt doctor tells what works, and fails for what was asked for and does not", async () => {
  await using chain = await bittensor.devchain();
  await using bt = await shell();
  using listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = listener.addr;
  type Checks = { checks: { name: string; status: string; detail: string }[] };
  const [healthy, text, failed] = await Promise.all([
    bt.json<Checks>("doctor", "doctor", "--network", chain.endpoint, "--device", "cpu"),
    bt.text("doctor"),
    bt.run("doctor", "--port", String(port), "--wallet", "nobody", "--json"),
  ]);
  const status = (checks: Checks["checks"], name: string) =>
    checks.find((check) => check.name === name)?.status;
  assert.equal(status(healthy.checks, "device"), "ok");
  assert.equal(status(healthy.checks, "chain"), "ok");
  assert.equal(status(healthy.checks, "clock"), "ok");
  assert.equal(status(healthy.checks, "wallet"), "warning");
  assert.match(text, /^✓ versions: bt \d+\.\d+\.\d+, Deno /);
  assert.match(text, /^! wallet: no wallet default/m);
  assert.equal(failed.code, 1);
  const { checks } = readDocument<Checks>("doctor", failed.stdout);
  assert.equal(status(checks, `port ${port}`), "failed");
  assert.equal(status(checks, "wallet"), "failed");
  const { error } = readDocument<{ error: { code: string; message: string } }>(
    "error",
    failed.stderr,
  );
  assert.equal(error.code, "cli/unhealthy");
  assert.equal(error.message, `Does not work: port ${port}, wallet`);
});
