/** `bt devchain`: a chain of one's own, until it is stopped. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, InvalidArgumentError, Option, wholeNumber } from "../program.ts";
import { aborted } from "../stop_signal.ts";
import { formatFields } from "../view/fields.ts";
import { formatTable } from "../view/table.ts";
import { fundCommand, mineCommand } from "./devchain_control.ts";

interface DevchainOptions {
  readonly host: string;
  readonly port: number;
  readonly db?: string | undefined;
  readonly genesis?: string | undefined;
  readonly preset?: "tutorial" | undefined;
  readonly seed: number;
  readonly seal: bittensor.SealMode;
  readonly finalityDelay: number;
  readonly keepBlocks?: number | undefined;
  readonly allowOrigin: readonly string[];
  readonly control: boolean;
}

/** Longest time of a timer, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const devchainCommand: ConfigureCommand = (command, context) => {
  command
    .option("--host <ip>", "IP address to listen on; whoever reaches it controls it", "127.0.0.1")
    .option(
      "--port <port>",
      "port to listen on; 0 chooses a free one",
      wholeNumber(0, 65_535),
      9944,
    )
    .option("--db <file>", "keep the chain in this file; go on with it if it exists")
    .addOption(
      new Option("--genesis <file>", "what to start with: a genesis or an exported state, as JSON")
        .conflicts("preset"),
    )
    .addOption(
      new Option("--preset <name>", "start with the shape of a known network")
        .choices(["tutorial"] as const),
    )
    .option("--seed <number>", "seed of the preset", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option(
      "--seal <mode>",
      "when to seal blocks: instant, manual, or every … ms",
      sealMode,
      "instant",
    )
    .option(
      "--finality-delay <ms>",
      "from a block to its finality",
      wholeNumber(0, MAX_TIMER_MS),
      250,
    )
    .option(
      "--keep-blocks <number>",
      "how many blocks' state to keep (default: all)",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--allow-origin <origin>",
      "web page that may reach the chain, such as https://host, or * for all; may be repeated",
      (origin: string, before: readonly string[]) => [...before, origin],
      [] as readonly string[],
    )
    .addOption(
      // Commander sets the default of such options before it loads this command.
      new Option("--no-control", "clients may not mine, set balances or the like").default(true),
    )
    .action((options) => runDevchain(options, context));
  fundCommand(
    command.command("fund").description("give an account tao, on a dev chain that runs"),
    context,
  );
  mineCommand(command.command("mine").description("seal blocks of a dev chain that runs"), context);
};

async function runDevchain(options: DevchainOptions, context: CommandContext): Promise<void> {
  const { host, port, db, seal, keepBlocks, finalityDelay: finalityDelayMs, control } = options;
  const { signal, print } = context;
  const genesis = await readGenesis(options);
  const plan = { action: "Run a dev chain", details: { host, port, db: db ?? "none" } };
  if (!await context.agree(plan, { ask: false })) return;
  await using chain = await bittensor.devchain({
    host,
    port,
    db,
    genesis,
    seal,
    keepBlocks,
    finalityDelayMs,
    allowOrigins: options.allowOrigin,
    control,
    signal,
  });
  const accounts = chain.accounts.map((account) => ({
    ...account,
    balance: chain.balanceOf(account.address),
  }));
  print(formatFields({
    endpoint: chain.endpoint,
    genesis: chain.genesisHash,
    block: chain.block,
    kept: db ?? "until it stops",
  }));
  print(
    "\nPublic development keys: everybody knows their secrets. Never use them on a live network.\n" +
      `mnemonic  ${accounts[0]?.mnemonic ?? "none"}`,
  );
  print(formatTable(
    ["account", "address", "balance τ"],
    accounts.map(({ uri, address, balance }) => [uri, address, withoutUnit(balance)]),
  ));
  context.finish({
    endpoint: chain.endpoint,
    genesisHash: chain.genesisHash,
    block: chain.block,
    db: db ?? null,
    publicDevelopmentKeys: accounts,
  });
  context.remark("Serving until Ctrl-C.");
  await aborted(signal);
}

async function readGenesis(
  { genesis, preset, seed }: DevchainOptions,
): Promise<bittensor.DevChainOptions["genesis"]> {
  if (preset === "tutorial") return bittensor.tutorialGenesis({ seed });
  return genesis === undefined ? undefined : await readJson(genesis);
}

async function readJson(path: string): Promise<bittensor.Genesis> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new bittensor.BittensorError(
      "cli/not-found",
      `Cannot read ${path}: there is no such file`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new bittensor.BittensorError(
      "devchain/invalid-genesis",
      `Cannot read ${path}: it is no JSON: ${(cause as SyntaxError).message}`,
      { hint: "docs/devchain.md shows what a genesis looks like", cause },
    );
  }
}

function sealMode(text: string): bittensor.SealMode {
  if (text === "instant" || text === "manual") return text;
  const intervalMs = Number(text);
  if (/^\d+$/.test(text) && intervalMs >= 1 && intervalMs <= MAX_TIMER_MS) return { intervalMs };
  throw new InvalidArgumentError("Pass instant, manual, or milliseconds.");
}

function withoutUnit(balance: bittensor.Rao): string {
  return bittensor.formatTao(balance).slice(1);
}
