/** `bt quickstart`: the tutorial's quick start, on a network that lives as long as the command. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, wholeNumber } from "../program.ts";
import { queryText } from "../query.ts";
import { counted } from "../view/plural.ts";
import { withProgressBar } from "../view/progress.ts";
import { formatTable } from "../view/table.ts";

const SENTENCE = "The quick brown fox jumped over the lazy dog";

export const quickstartCommand: ConfigureCommand = (command, context) => {
  command
    .option("--neurons <number>", "how many neurons to bring up", wholeNumber(1, 64), 7)
    .action(async ({ neurons }) => {
      const plan = { action: "Bring up a network, ask it, and take it down", details: { neurons } };
      if (!await context.agree(plan, { ask: false })) return;
      context.finish(await quickstart(neurons, context));
    });
};

async function quickstart(neurons: number, context: CommandContext): Promise<unknown> {
  const { print, signal } = context;
  await using network = await startNetwork(neurons, context);

  await using folder = await temporaryFolder();
  await using wallet = await bittensor.wallet({ path: folder.path })
    .create({ password: null, signal });
  const hotkey = (await wallet.hotkey()).address;
  const coldkey = await wallet.coldkeypub();
  print(
    `\n[3/6] Wallet in ${folder.path}, gone at the end. It is not encrypted:\n` +
      "      opening an encrypted one costs about 10 s and 512 MiB, by design of its format.\n" +
      `      coldkey ${coldkey}\n      hotkey  ${hotkey}`,
  );

  const graph = await syncMetagraph(network.endpoint, context);
  print(`\n[5/6] Sent "${SENTENCE}" to ${counted(graph.n, "endpoint")}`);
  const { endpoints } = graph;
  const report = await queryText(context, { wallet, endpoints, text: SENTENCE });
  print(`representations: ${graph.n} × float32 [${report.answers[0]?.shape.join(", ")}]`);
  return {
    chain: { endpoint: network.endpoint, genesisHash: network.chain.genesisHash },
    wallet: { coldkey, hotkey },
    metagraph: { n: graph.n, block: graph.block, tau: graph.tau, neurons: neuronRows(graph) },
    text: SENTENCE,
    ...report,
  };
}

async function startNetwork(neurons: number, context: CommandContext): Promise<bittensor.Localnet> {
  const { print, signal, interactive } = context;
  const bar = { label: "Neurons", total: neurons, visible: interactive };
  const network = await withProgressBar(bar, (update) =>
    bittensor.localnet({
      neurons,
      signal,
      onProgress: ({ chain, done }) => {
        if (done === 0) print(`[1/6] Dev chain at ${chain.endpoint}, block ${chain.block}`);
        update(done);
      },
    }));
  const all = counted(neurons, "neuron");
  print(
    `\n[2/6] Serving and subscribed: ${all}, each with its own hotkey, model and port.\n` +
      `      The chain is at block ${network.chain.block}.`,
  );
  const { device, passedOver } = network.neurons[0]!.nucleus.device;
  print(`      The models run on ${device}.`);
  for (const other of passedOver) print(`      Not on ${other.device}: ${other.reason}`);
  return network;
}

async function syncMetagraph(
  endpoint: string,
  { print, signal, interactive, width }: CommandContext,
): Promise<bittensor.Metagraph> {
  const bar = { label: "Metagraph", total: 7, visible: interactive };
  const graph = await withProgressBar(bar, (update) =>
    bittensor.metagraph({ network: endpoint })
      .sync({ signal, onProgress: ({ done }) => update(done) }));
  print(`\n[4/6] ${graph}: n ${graph.n}, block ${graph.block}, tau ${graph.tau}`);
  print(formatTable(
    ["uid", "stake τ", "last update", "address", "hotkey"],
    neuronRows(graph).map((row) => [row.uid, row.stake, row.lastUpdate, row.address, row.hotkey]),
    width,
  ));
  return graph;
}

function neuronRows(graph: bittensor.Metagraph) {
  const { stake, lastUpdate, addresses, endpoints } = graph;
  return endpoints.map(({ uid, hotkey }) => ({
    uid,
    stake: Number(stake.get([uid])),
    lastUpdate: Number(lastUpdate.get([uid])),
    address: addresses[uid]!,
    hotkey,
  }));
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "bittensor-quickstart-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
