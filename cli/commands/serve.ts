/** `bt serve`: answers requests with a model, until it is stopped. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, InvalidArgumentError, Option, wholeNumber } from "../program.ts";
import { openSubtensor, openWallet, waitOptions } from "../session.ts";
import { aborted } from "../stop_signal.ts";
import { formatFields } from "../view/fields.ts";
import { counted } from "../view/plural.ts";

/** Models of ours, by name. */
const MODELS: Readonly<Record<string, () => bittensor.Model>> = {
  bert: () => bittensor.bert(),
  // The smallest of the published sizes.
  "bert-tiny": () =>
    bittensor.bert({ hiddenSize: 128, layers: 2, numAttentionHeads: 2, intermediateSize: 512 }),
  gpt2: () => bittensor.gpt2(),
  ffnn: () => bittensor.ffnn(),
};

/** What `--device` takes. */
export const DEVICES = ["auto", "cuda", "webgpu", "cpu"] as const;

interface ServeOptions {
  readonly listen: string;
  readonly port: number;
  readonly host?: string | undefined;
  readonly device: bittensor.DeviceChoice;
  readonly vocabSize?: number | undefined;
  readonly input: Roles;
  readonly output?: string | undefined;
  readonly subscribe: boolean;
}

type Roles = Readonly<Record<string, bittensor.InputRole | bittensor.Constant>>;

export const serveCommand: ConfigureCommand = (command, context) => {
  command
    .argument(
      "<model>",
      `an ONNX file, or one of ours with random weights: ${Object.keys(MODELS).join(", ")}`,
    )
    .option("--listen <ip>", "IP address to listen on", "[::]")
    .option(
      "--port <port>",
      "port to listen on; 0 chooses a free one",
      wholeNumber(0, 65_535),
      8091,
    )
    .option("--host <ip>", "IP address under which others reach it (default: what the chain knows)")
    .addOption(
      new Option("--device <device>", "where to run").choices(DEVICES).default("auto" as const),
    )
    .option(
      "--vocab-size <number>",
      "how many tokens an ONNX file knows, if less than the network has",
      wholeNumber(1, bittensor.VOCAB_SIZE),
    )
    .option(
      "--input <name=role>",
      `what an input of an ONNX file is for: ${bittensor.INPUT_ROLES.join(", ")}, or a number`,
      readRole,
      {},
    )
    .option("--output <name>", "output of an ONNX file with the representations")
    .addOption(
      // Commander sets the default of such options before it loads this command.
      new Option("--no-subscribe", "do not tell the network where it listens").default(true),
    )
    .action((model, options) => serve(model, options, context));
};

async function serve(
  source: string,
  options: ServeOptions,
  context: CommandContext,
): Promise<void> {
  const { signal } = context;
  using wallet = await openWallet(context);
  const { address: hotkey } = await wallet.hotkey();
  const { device, listen: ip, port, vocabSize, input: roles, output } = options;
  const plan = { action: `Serve ${source}`, details: { hotkey, listen: ip, port } };
  if (!await context.agree(plan, { ask: false })) return;
  context.remark(`Loading ${source} …`);
  const limits = vocabSize === undefined ? {} : { vocabSize };
  await using model = await bittensor.nucleus(MODELS[source]?.() ?? source, {
    device,
    limits,
    names: { roles, output },
    signal,
  });
  await using axon = await bittensor
    .axon({
      wallet,
      ip,
      port,
      [callbackName(model)]: answerWith(model),
    })
    .start();
  if (options.subscribe) await subscribe(axon, options, context);
  context.print(formatFields({
    model: model.name,
    device: model.device.device,
    merges: model.merging,
    hotkey,
    port: axon.port,
    reached: axon.externalIp === undefined
      ? "not subscribed"
      : `${axon.externalIp}:${axon.externalPort}`,
  }));
  context.finish({
    model: model.name,
    device: model.device.device,
    merging: model.merging,
    hotkey,
    port: axon.port,
    externalIp: axon.externalIp ?? null,
    externalPort: axon.externalPort ?? null,
  });
  context.remark("Serving until Ctrl-C.");
  await aborted(signal);
  await axon.stop();
  context.remark(`Answered ${counted(axon.statistics().total.requests, "request")}.`);
}

/** The requests that a model can answer: texts, images, or tensors. */
function callbackName(
  { signature: { takes, input } }: bittensor.Nucleus,
): keyof Pick<bittensor.AxonOptions, "forwardText" | "forwardImage" | "forwardTensor"> {
  if (takes === "tokens") return "forwardText";
  return input.shape.length >= 4 ? "forwardImage" : "forwardTensor";
}

function answerWith(model: bittensor.Nucleus): bittensor.ForwardCallback {
  return (_caller, inputs, { signal }) => model.forward(inputs, { signal });
}

/** Reads `name=role`, beside those that were read before; a name may have an `=` in it. */
function readRole(text: string, before: Roles): Roles {
  const place = text.lastIndexOf("=");
  const [name, value] = [text.slice(0, place), text.slice(place + 1)];
  const role = bittensor.INPUT_ROLES.find((role) => role === value) ?? readConstant(value);
  if (place > 0 && role !== undefined) return { ...before, [name]: role };
  throw new InvalidArgumentError(
    `Pass NAME=ROLE, where a role is ${bittensor.INPUT_ROLES.join(", ")}, or a number.`,
  );
}

function readConstant(text: string): number | boolean | undefined {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

async function subscribe(
  axon: bittensor.Axon,
  { host }: ServeOptions,
  context: CommandContext,
): Promise<void> {
  await using subtensor = await openSubtensor(context);
  await axon.subscribe({
    subtensor,
    externalIp: host,
    waitForInclusion: true,
    waitForFinalization: false,
    ...await waitOptions(context),
  });
}
