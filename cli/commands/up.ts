/** `bt up`: a network on this machine, and what goes on in it. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, Option, wholeNumber } from "../program.ts";
import { waitOptions } from "../session.ts";
import { aborted } from "../stop_signal.ts";
import { formatFields } from "../view/fields.ts";
import { drawUntil } from "../view/live_view.ts";
import { counted } from "../view/plural.ts";
import { withProgressBar } from "../view/progress.ts";
import { formatTable } from "../view/table.ts";
import { DEVICES } from "./serve.ts";

/** Neurons whose rows fit a terminal of 24 lines, with all that stands around them. */
const MOST_ROWS = 14;

/** Characters for return codes, so that a row fits 80 columns. */
const CODES_WIDTH = 20;

const RAO_PER_TAO = 1e9;

interface UpOptions {
  readonly neurons: number;
  readonly port: number;
  readonly preset?: "tutorial" | undefined;
  readonly device: bittensor.DeviceChoice;
}

export const upCommand: ConfigureCommand = (command, context) => {
  command
    .option("--neurons <number>", "how many neurons serve", wholeNumber(1, 64), 3)
    .option(
      "--port <port>",
      "port of the chain; 0 chooses a free one",
      wholeNumber(0, 65_535),
      9944,
    )
    .addOption(
      new Option("--preset <name>", "start with the shape of a known network")
        .choices(["tutorial"] as const),
    )
    .addOption(
      new Option("--device <device>", "where the models run").choices(DEVICES)
        .default("auto" as const),
    )
    .action((options) => bringUp(options, context));
};

async function bringUp(options: UpOptions, context: CommandContext): Promise<void> {
  const { neurons, port, preset = "none" } = options;
  const plan = { action: "Bring up a network on this machine", details: { neurons, port, preset } };
  if (!await context.agree(plan, { ask: false })) return;
  await using network = await startNetwork(options, context);
  await using subtensor = await bittensor.subtensor({ network: network.endpoint });
  const state = await subtensor.at();
  let stakes = await state.stake();
  context.print(formatFields({
    chain: network.endpoint,
    use: `--network ${network.endpoint}`,
    neurons: `${counted(state.n, "neuron")}, of which ${network.neurons.length} answer`,
  }));
  context.finish({
    endpoint: network.endpoint,
    genesisHash: network.chain.genesisHash,
    registered: state.n,
    neurons: network.neurons.map(({ axon }) => ({ ip: axon.externalIp, port: axon.externalPort })),
  });
  const rows = () => neuronRows(network, stakes);
  const shown = context.interactive
    ? drawUntil(context.signal, () => picture(network.chain.block, rows()))
    : reportUntil(context, network, rows);
  await Promise.all([shown, followStakes(subtensor, context.signal, (read) => stakes = read)]);
}

async function startNetwork(
  { neurons, port, preset, device }: UpOptions,
  context: CommandContext,
): Promise<bittensor.Localnet> {
  const genesis = preset && bittensor.tutorialGenesis({ ip: "127.0.0.2" });
  const wait = await waitOptions(context);
  const bar = { label: "Neurons", total: neurons, visible: context.interactive };
  return await withProgressBar(bar, (update) =>
    bittensor.localnet({
      neurons,
      port,
      genesis,
      device,
      ...wait,
      onProgress: ({ done }) => update(done),
    }));
}

/** Reads the stakes again with each block, until the signal fires. */
async function followStakes(
  subtensor: bittensor.Subtensor,
  signal: AbortSignal,
  onStakes: (stakes: BigUint64Array) => void,
): Promise<void> {
  try {
    for await (const { number } of subtensor.blocks({ latestOnly: true, signal })) {
      onStakes(await subtensor.getStake({ block: number, signal }));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What a neuron has done so far. */
interface NeuronRow {
  readonly port: number;
  readonly stake: bittensor.Rao;
  readonly requests: number;
  /** Answers by the name of their return code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly latencyMs: bittensor.Distribution | null;
}

function neuronRows({ neurons }: bittensor.Localnet, stakes: BigUint64Array): NeuronRow[] {
  return neurons.map(({ axon }, index) => {
    const { requests, codes, latencyMs } = axon.statistics().total;
    return {
      port: axon.port,
      stake: bittensor.rao(stakes[index] ?? 0n),
      requests,
      codes,
      latencyMs,
    };
  });
}

/** The picture that is drawn over itself: at most 80 columns wide and 23 lines high. */
function picture(block: number, rows: readonly NeuronRow[]): string {
  const shown = rows.slice(0, MOST_ROWS);
  const table = formatTable(
    ["uid", "port", "stake τ", "calls", "codes", "p50 ms", "p99 ms"],
    shown.map(({ port, stake, requests, codes, latencyMs }, uid) => [
      uid,
      port,
      (Number(stake) / RAO_PER_TAO).toFixed(2),
      requests,
      formatCodes(codes),
      latencyMs?.p50.toFixed(1) ?? "",
      latencyMs?.p99.toFixed(1) ?? "",
    ]),
  );
  const hidden = rows.length - shown.length;
  const lines = [
    `block ${block}   ${counted(callsOf(rows), "call")}   Ctrl-C stops`,
    table,
  ];
  if (hidden > 0) lines.push(`and ${hidden} more`);
  return lines.join("\n");
}

function callsOf(rows: readonly NeuronRow[]): number {
  return rows.reduce((sum, { requests }) => sum + requests, 0);
}

function formatCodes(codes: Readonly<Record<string, number>>): string {
  return Object.entries(codes).map(([name, count]) => `${name} ${count}`).join(", ").slice(
    0,
    CODES_WIDTH,
  );
}

/** A line for each new block and whenever calls were answered. */
async function reportUntil(
  context: CommandContext,
  network: bittensor.Localnet,
  rows: () => NeuronRow[],
): Promise<void> {
  let last = "";
  const report = () => {
    const line = `block ${network.chain.block}, ${counted(callsOf(rows()), "call")}`;
    if (line !== last) context.remark(line);
    last = line;
  };
  report();
  const timer = setInterval(report, 1_000);
  try {
    await aborted(context.signal);
    report();
  } finally {
    clearInterval(timer);
  }
}
