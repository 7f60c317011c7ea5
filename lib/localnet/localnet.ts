/** A network on this machine: a dev chain and neurons that answer. */

import { LOOPBACK_IP } from "../axon/external_address.ts";
import type { WaitOptions } from "../base/deadline.ts";
import { type Subtensor, subtensor } from "../chain/subtensor.ts";
import { type DevChain, devchain } from "../devchain/devchain.ts";
import { isDevPath } from "../devchain/genesis/dev_path.ts";
import type { Genesis } from "../devchain/genesis/genesis.ts";
import { type Neuron, neuron } from "../neuron/neuron.ts";
import { chooseDevice, type DeviceChoice, type DeviceReport } from "../onnx/device.ts";
import { bert } from "../onnx/models/bert.ts";
import type { StepOptions } from "../onnx/training/step_options.ts";
import { keypairFromUri } from "../wallet/keypair.ts";
import type { Identity } from "../wire/identity.ts";

/** Options of {@linkcode localnet}. */
export interface LocalnetOptions extends WaitOptions {
  /** How many neurons serve; each holds about 150 MB. @default {7} */
  readonly neurons?: number | undefined;
  /**
   * What the chain starts with. Its neurons with development keys come to life, the first ones
   * first; the others stay silent.
   * @default no neurons
   */
  readonly genesis?: Genesis | undefined;
  /** Port of the chain; 0 chooses a free one. @default {0} */
  readonly port?: number | undefined;
  /** Where the models run. @default {"auto"} */
  readonly device?: DeviceChoice | undefined;
  /** How the neurons learn from backward requests. @default {they do not learn} */
  readonly training?: StepOptions | undefined;
  /** Called when the chain runs, and after each neuron. */
  readonly onProgress?: ((progress: LocalnetProgress) => void) | undefined;
}

/** How far a local network has come. */
export interface LocalnetProgress {
  readonly chain: DevChain;
  /** Neurons that serve, up to `total`. */
  readonly done: number;
  readonly total: number;
}

/** A running local network; disposing stops its neurons and its chain. */
export interface Localnet extends AsyncDisposable {
  /** WebSocket URL of the chain: what `network:` options take. */
  readonly endpoint: string;
  readonly chain: DevChain;
  /** The neurons that serve, in the order of their uids. */
  readonly neurons: readonly Neuron[];
}

/** Two layers of BERT, a little wider than what the network exchanges. */
const MODEL = { hiddenSize: 576, layers: 2, numAttentionHeads: 9, intermediateSize: 2304 };

/** Neurons of one network; more do not fit a laptop. */
const MOST_NEURONS = 64;

/**
 * Brings up a dev chain and neurons, each with its own hotkey, model and gRPC port.
 *
 * Their models are small BERTs with random weights, seeded by the uid: the same on every machine.
 * Their hotkeys are public development keys. Everything listens on loopback only.
 *
 * @throws {RangeError} If `neurons` is not a whole number from 0 to 64.
 *
 * @example The tutorial's quick start
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using network = await bittensor.localnet({ neurons: 2 });
 * const graph = await bittensor.metagraph({ network: network.endpoint }).sync();
 * assert.equal(graph.n, 2);
 * ```
 */
export async function localnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const { neurons: total = 7, onProgress, timeoutMs, signal } = options;
  if (!Number.isInteger(total) || total < 0 || total > MOST_NEURONS) {
    throw new RangeError(`Cannot start ${total} neurons: pass a number from 0 to ${MOST_NEURONS}`);
  }
  await using resources = new AsyncDisposableStack();
  const { genesis, port } = options;
  const identities = localIdentities(total, genesis);
  const chain = resources.use(await devchain({ genesis, port, signal }));
  onProgress?.({ chain, done: 0, total });
  const device = await chooseDevice(options.device);
  await using client = await subtensor({ network: chain.endpoint, timeoutMs, signal });
  const neurons: Neuron[] = [];
  for (const [index, wallet] of identities.entries()) {
    signal?.throwIfAborted();
    const started = await startNeuron({ wallet, seed: index, client, device }, options);
    neurons.push(resources.use(started));
    onProgress?.({ chain, done: index + 1, total });
  }
  const owned = resources.move();
  return {
    endpoint: chain.endpoint,
    chain,
    neurons,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What distinguishes a neuron, and what it shares. */
interface LocalNeuron {
  readonly wallet: Identity;
  /** Seed of its model. */
  readonly seed: number;
  readonly client: Subtensor;
  readonly device: DeviceReport;
}

function startNeuron(
  { wallet, seed, client, device }: LocalNeuron,
  { training, timeoutMs, signal }: LocalnetOptions,
): Promise<Neuron> {
  return neuron({
    training,
    timeoutMs,
    signal,
    device,
    wallet,
    model: bert({ ...MODEL, seed }),
    subtensor: client,
    ip: LOOPBACK_IP,
    port: 0,
  });
}

/**
 * Who the neurons are: those of the genesis whose keys are development keys, then others, each with
 * a hotkey of its own and owned by the development account Alice.
 */
function localIdentities(total: number, genesis: Genesis | undefined): Identity[] {
  const known = (genesis?.neurons ?? [])
    .filter(({ hotkey, coldkey }) => isDevPath(hotkey) && isDevPath(coldkey));
  return Array.from({ length: total }, (_, index) => {
    const { hotkey, coldkey } = known[index] ??
      { hotkey: `//neuron//${index}`, coldkey: "//Alice" };
    return developmentIdentity(hotkey, coldkey);
  });
}

function developmentIdentity(hotkeyUri: string, coldkeyUri: string): Identity {
  const hotkey = keypairFromUri(hotkeyUri);
  using coldkey = keypairFromUri(coldkeyUri);
  const { address } = coldkey;
  return {
    hotkey: () => Promise.resolve(hotkey),
    coldkeypub: () => Promise.resolve(address),
  };
}
