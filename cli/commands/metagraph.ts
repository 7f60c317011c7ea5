/** `bt metagraph`: the neurons of a network at one block. */

import { basename, dirname } from "node:path";
import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, Option, wholeNumber } from "../program.ts";
import { findSetting, waitOptions } from "../session.ts";
import { withProgressBar } from "../view/progress.ts";
import { formatTable } from "../view/table.ts";

const COLUMNS = ["uid", "stake", "rank", "trust", "incentive", "lastUpdate"] as const;

/** Reads of a synchronisation, as many as in the tutorial. */
const READS = 7;

/** Blocks are counted in 32 bits. */
const MAX_BLOCK = 2 ** 32 - 1;

interface MetagraphCommandOptions {
  readonly block?: number | undefined;
  readonly sort: (typeof COLUMNS)[number];
  readonly top?: number | undefined;
  readonly save?: string | undefined;
}

/** A neuron as the table and the JSON document have it; amounts in tao. */
interface NeuronRow extends Readonly<Record<(typeof COLUMNS)[number], number>> {
  readonly address: string;
  readonly hotkey: string;
  readonly coldkey: string;
}

export const metagraphCommand: ConfigureCommand = (command, context) => {
  command
    .option("--block <number>", "read the network at this block", wholeNumber(0, MAX_BLOCK))
    .addOption(
      new Option("--sort <column>", "largest first, but for uid").choices(COLUMNS)
        .default("uid" as const),
    )
    .option("--top <number>", "show only the first ones", wholeNumber(1, MAX_BLOCK))
    .option("--save <file>", "write the metagraph there, as an .npz file that NumPy opens")
    .action((options) => showMetagraph(options, context));
};

async function showMetagraph(
  { block, sort, top, save }: MetagraphCommandOptions,
  context: CommandContext,
): Promise<void> {
  if (save !== undefined && !await agreeToWrite(save, context)) return;
  const { value: network } = await findSetting("network", context);
  const wait = await waitOptions(context);
  const graph = bittensor.metagraph({ network });
  const bar = { label: "Metagraph", total: READS, visible: context.interactive };
  await withProgressBar(
    bar,
    (update) => graph.sync({ ...wait, block, onProgress: ({ done }) => update(done) }),
  );
  const rows = neuronRows(graph)
    .sort((a, b) => sort === "uid" ? a.uid - b.uid : b[sort] - a[sort])
    .slice(0, top);
  context.print(`${graph}: n ${graph.n}, block ${graph.block}, tau ${graph.tau}`);
  context.print(formatTable(
    ["uid", "stake τ", "rank", "trust", "incentive", "address", "updated", "hotkey"],
    rows.map((row) => [
      row.uid,
      row.stake.toFixed(2),
      row.rank.toFixed(2),
      row.trust.toFixed(3),
      row.incentive.toFixed(5),
      row.address,
      row.lastUpdate,
      row.hotkey,
    ]),
    context.width,
  ));
  if (save !== undefined) await graph.saveToPath(dirname(save), basename(save));
  const { name } = bittensor.findNetwork(network);
  context.finish({ network: name, n: graph.n, block: graph.block, tau: graph.tau, neurons: rows });
}

/** Asks before a file is overwritten. */
async function agreeToWrite(file: string, context: CommandContext): Promise<boolean> {
  const exists = await Deno.stat(file).then(() => true, () => false);
  const action = exists ? "Replace the file of a metagraph" : "Write a metagraph into a file";
  return await context.agree({ action, details: { file } }, { ask: exists });
}

function neuronRows(graph: bittensor.Metagraph): NeuronRow[] {
  const { stake, ranks, trust, incentive, lastUpdate, addresses, endpoints } = graph;
  return endpoints.map(({ uid, hotkey, coldkey }) => ({
    uid,
    stake: Number(stake.get([uid])),
    rank: Number(ranks.get([uid])),
    trust: Number(trust.get([uid])),
    incentive: Number(incentive.get([uid])),
    lastUpdate: Number(lastUpdate.get([uid])),
    address: addresses[uid]!,
    hotkey,
    coldkey,
  }));
}
