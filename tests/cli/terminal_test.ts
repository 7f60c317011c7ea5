import * as bittensor from "bittensor";
import assert from "node:assert/strict";
import { join } from "node:path";
import { assertClosed, readUntil, ROOT, type Shell, shell } from "./shell.ts";

const BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

/** A terminal of 80 columns and 24 lines, with a program in it. */
interface Terminal extends AsyncDisposable {
  type(keys: string): Promise<void>;
  /** What the program shows up to this text; the codes that move and colour are left out. */
  shows(text: string): Promise<string>;
  /** The exit code of the program, and what it showed at last. */
  end(): Promise<{ readonly code: number; readonly text: string }>;
}

/** `script` of util-linux makes a pseudo-terminal; others of that name take other options. */
const script = new Deno.Command("script", { args: ["--version"] });
const hasScript = await script.output().then(
  ({ stdout }) => /util-linux/.test(new TextDecoder().decode(stdout)),
  () => false,
);
if (!hasScript) console.log("Tests in a terminal are skipped: there is no script of util-linux");

function terminal(bt: Shell, network: string, ...args: readonly string[]): Terminal {
  const words = ["run", "-q", "-P=local", "--config", join(ROOT, "deno.json")];
  const command = [Deno.execPath(), ...words, join(ROOT, "cli/main.ts"), ...args];
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const process = new Deno.Command("script", {
    args: ["-qec", `stty cols 80 rows 24; exec ${quoted}`, "/dev/null"],
    cwd: bt.folder,
    env: {
      BT_NETWORK: network,
      BT_WALLET_PATH: join(bt.folder, "wallets"),
      BT_CONFIG: join(bt.folder, "config.json"),
      TERM: "xterm",
      NO_COLOR: "1",
    },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keyboard = process.stdin.getWriter();
  const shows = async (text: string) => readable(await readUntil(process.stdout, text));
  return {
    type: (keys) => keyboard.write(new TextEncoder().encode(keys)),
    shows,
    end: async () => {
      const text = await shows("\0");
      return { code: (await process.status).code, text };
    },
    [Symbol.asyncDispose]: async () => {
      await keyboard.close();
      await process[Symbol.asyncDispose]();
    },
  };
}

/** The text without the codes that move and colour; back to the first column is a line of its own. */
function readable(output: string): string {
  // deno-lint-ignore no-control-regex
  return output.replaceAll(/\x1b\[\d*G/g, "\r").replaceAll(/\x1b(?:[78]|\[[\d;?]*[A-Za-z])/g, "");
}

Deno.test({
  name: "bt transfer asks in a terminal, and shows how far it comes",
  ignore: !hasScript,
  fn: async () => {
    await using chain = await bittensor.devchain({ finalityDelayMs: 0 });
    await using bt = await shell();
    using wallet = await bittensor.wallet({ path: join(bt.folder, "wallets") })
      .create({ password: null });
    chain.setBalance(await wallet.coldkeypub(), "10 tao");
    const before = chain.block;
    for (const [answer, expected] of [["n", 3], ["y", 0]] as const) {
      await using screen = terminal(bt, chain.endpoint, "transfer", BOB, "1.5");
      const question = await screen.shows("(y/N)");
      assert.match(question, /Transfer τ1\.5\r\nfrom +5.*\r\nto +5.*\r\nnetwork .*\r\nfee +τ/);
      await screen.type(`${answer}\r`);
      const { code, text } = await screen.end();
      assert.equal(code, expected, text);
      assert.equal(chain.block, before + (answer === "y" ? 1 : 0));
      if (answer === "n") assert.match(text, /error: Not agreed to: Transfer τ1\.5/);
      else assert.match(text, /Transfer τ1\.5: 100%\|█{20}\| 4\/4[^]*extrinsic +0x/);
    }
  },
});

Deno.test({
  name: "bt wallet create asks for a password in a terminal, and leaves nothing if that is left",
  ignore: !hasScript,
  fn: async () => {
    await using bt = await shell();
    await using screen = terminal(bt, "", "wallet", "create");
    await screen.shows("New password of the coldkey of wallet default");
    await screen.type("short\r");
    await screen.shows("too short");
    await screen.type("\x03");
    const { code, text } = await screen.end();
    assert.equal(code, 130, text);
    assert.doesNotMatch(text, /mnemonic/);
    assert.deepEqual([...Deno.readDirSync(bt.folder)], []);
  },
});

Deno.test({
  name: "bt up draws a live view that fits 80 columns and 24 lines, until Ctrl-C",
  ignore: !hasScript,
  fn: async () => {
    await using bt = await shell();
    const neurons = ["--neurons", "1", "--preset", "tutorial", "--device", "cpu"];
    await using screen = terminal(bt, "", "up", "--port", "0", ...neurons);
    const start = await screen.shows("Ctrl-C stops");
    assert.match(start, /Neurons: 100%\|█{20}\| 1\/1/);
    const endpoint = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(start)!;
    await using client = await bittensor.subtensor({ network: endpoint[0] });
    await using dendrite = bittensor.dendrite({
      wallet: await bittensor.wallet({ path: join(bt.folder, "wallets") })
        .create({ password: null }),
    });
    const endpoints = (await client.neurons())[0]!;
    await dendrite.forwardText({ endpoints, inputs: "Hello" });
    const view = await screen.shows("Success 1");
    assert.match(view, /block \d+ +1 call +Ctrl-C stops/);
    await screen.type("\x03");
    const { code, text } = await screen.end();
    assert.equal(code, 130, text);
    const lines = (start + view + text).split(/[\r\n]+/);
    assert.deepEqual(lines.filter((line) => line.length > 80), []);
    await assertClosed(Number(endpoint[1]));
  },
});
