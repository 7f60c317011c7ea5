/** Metagraph: the network at one block, in columns. */

import { join } from "node:path";
import type { Display } from "../base/table.ts";
import { networkName } from "../chain/networks.ts";
import { type Subtensor, subtensor } from "../chain/subtensor.ts";
import type { SubtensorOptions } from "../chain/subtensor_options.ts";
import type { Address } from "../domain/address.ts";
import { type Rao, rao } from "../domain/balance.ts";
import { findSetting } from "../domain/config.ts";
import { TAU } from "../domain/constants.ts";
import { type Endpoint, formatEndpoint } from "../domain/endpoint.ts";
import type { Modality } from "../domain/modality.ts";
import type { DeviceChoice } from "../onnx/device.ts";
import { type NDArray, truthValues } from "./arrays.ts";
import { type Columns, columnsOf } from "./columns.ts";
import type { SnapshotDiff } from "./diff.ts";
import { metagraphDisplay } from "./metagraph_table.ts";
import { NamedArrays } from "./named_arrays.ts";
import { NO_SCORES, Scorer, type Scores } from "./scores.ts";
import { EMPTY_SNAPSHOT, fetchSnapshot, type Snapshot, type SyncOptions } from "./snapshot.ts";
import { loadSnapshot, saveSnapshot, snapshotPath } from "./snapshot_storage.ts";
import { snapshotFromStateDict, type StateDict, stateDictOf } from "./state_dict.ts";
import { type WatchOptions, watchSnapshots } from "./watch.ts";

/** Options of {@linkcode metagraph}. */
export interface MetagraphOptions extends Pick<SubtensorOptions, "network"> {
  /** A connection to read through; by default each sync opens one and closes it. */
  readonly subtensor?: Subtensor | undefined;
  /** Where the scores are computed. @default {"cpu"} */
  readonly device?: DeviceChoice | undefined;
  /** Folder of `save` and `load`; a leading `~` is the home directory. @default {"~/.bittensor"} */
  readonly path?: string | undefined;
}

/** The network at a block, and what has changed. */
export interface MetagraphUpdate {
  readonly metagraph: Metagraph;
  /** What changed since the update before; the first time, since the metagraph that is watched. */
  readonly diff: SnapshotDiff;
}

/**
 * A metagraph of a network; empty until {@linkcode Metagraph.sync} or {@linkcode Metagraph.load}.
 *
 * @throws {BittensorError} `chain/unknown-network`.
 *
 * @example The neurons with the most stake
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using network = await bittensor.localnet({ neurons: 2 });
 * const graph = await bittensor.metagraph({ network: network.endpoint }).sync();
 * const topTenth = graph.S.greater_equal(graph.S.quantile(0.9));
 * const endpoints = graph.select(topTenth);
 * assert.equal(endpoints.length, 2); // nobody has any stake yet
 * assert.deepEqual(graph.W.slice(":2", ":2").tolist(), [[1, 0], [0, 1]]);
 * ```
 */
export function metagraph(options: MetagraphOptions = {}): Metagraph {
  return new Metagraph(options);
}

/** What a metagraph shows. */
interface State {
  /** Name of the network that was read. */
  readonly network?: string | undefined;
  readonly snapshot: Snapshot;
  readonly scores: Scores;
}

/**
 * The network at one block. Columns are indexed by uid; see {@linkcode metagraph}.
 *
 * The arrays are made once for each block: copy one (`graph.S.copy()`) before you change it.
 */
export class Metagraph {
  readonly #options: MetagraphOptions;
  /** Name of the network that was asked for. */
  readonly #asked: string | undefined;
  #state: State;
  #columns: Columns;

  /** @internal Use {@linkcode metagraph}. */
  constructor(
    options: MetagraphOptions,
    state: State = { snapshot: EMPTY_SNAPSHOT, scores: NO_SCORES },
  ) {
    const { network, subtensor } = options;
    this.#options = options;
    this.#asked = subtensor?.network ?? (network === undefined ? undefined : networkName(network));
    this.#state = state;
    this.#columns = columnsOf(state.snapshot, state.scores);
  }

  /**
   * Reads the network at the head, or at a block, and returns this metagraph.
   *
   * All of it is read at one block hash. If a read fails, the metagraph stays as it was.
   *
   * @throws {BittensorError} Those of `subtensor()`; `metagraph/malformed`; `device/unavailable`,
   * `onnx/permission` and `onnx/load` if scores cannot be computed.
   */
  async sync(options: SyncOptions = {}): Promise<this> {
    const { timeoutMs, signal } = options;
    await using resources = new AsyncDisposableStack();
    const client = await this.#client(resources, { timeoutMs, signal });
    const [scorer, snapshot] = await Promise.all([
      resources.adopt(Scorer.load(this.#options.device), disposeLoaded),
      fetchSnapshot(client, options),
    ]);
    await this.#show(snapshot, client.network, scorer);
    return this;
  }

  /**
   * Yields the network block by block, until the loop is left. This metagraph stays as it is.
   *
   * @example Follow a network
   * ```ts
   * import * as bittensor from "bittensor";
   * import assert from "node:assert/strict";
   *
   * await using chain = await bittensor.devchain({ seal: { intervalMs: 50 } });
   * const graph = bittensor.metagraph({ network: chain.endpoint });
   * for await (const { metagraph, diff } of graph.watch()) {
   *   assert.deepEqual([metagraph.n, diff.added], [0, []]);
   *   if (metagraph.block >= 2) break;
   * }
   * ```
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<MetagraphUpdate, void> {
    const { timeoutMs, signal } = options;
    await using resources = new AsyncDisposableStack();
    const client = await this.#client(resources, { timeoutMs, signal });
    const scorer = resources.use(await Scorer.load(this.#options.device));
    const { network } = client;
    for await (const { snapshot, diff } of watchSnapshots(client, this.snapshot, options)) {
      const scores = await scorer.scores(snapshot, snapshot.stake);
      yield { metagraph: new Metagraph(this.#options, { network, snapshot, scores }), diff };
    }
  }

  /** What was read, as plain data: exact amounts in rao, and weights as the chain has them. */
  get snapshot(): Snapshot {
    return this.#state.snapshot;
  }

  /** Number of neurons. */
  get n(): number {
    return this.snapshot.endpoints.length;
  }

  /** The block that was read; 0 before the first sync. */
  get block(): number {
    return this.snapshot.block;
  }

  /** Tao that a block emits: a constant of the client, as in the seed era. */
  get tau(): number {
    return TAU;
  }

  /** 0 … n − 1, int64 `[n]`. */
  get uids(): NDArray<"int64"> {
    return this.#columns.uids();
  }

  /** Stake in tao, float64 `[n]`. */
  get stake(): NDArray<"float64"> {
    return this.#columns.stake();
  }

  /** Short name of {@linkcode Metagraph.stake}. */
  get S(): NDArray<"float64"> {
    return this.stake;
  }

  /** Block of the last emission or subscription, int64 `[n]`. */
  get lastUpdate(): NDArray<"int64"> {
    return this.#columns.lastUpdate();
  }

  /**
   * Row i holds the weights that neuron i set, from 0 to 1, float32 `[n, n]`.
   *
   * The matrix exists only once it was asked for; `snapshot` has the weights without the zeros.
   */
  get weights(): NDArray<"float32"> {
    return this.#columns.weights();
  }

  /** Short name of {@linkcode Metagraph.weights}. */
  get W(): NDArray<"float32"> {
    return this.weights;
  }

  /** Ranks R = Wᵀ · S: the stake behind each neuron in tao, float32 `[n]`. */
  get ranks(): NDArray<"float32"> {
    return this.#columns.ranks();
  }

  /** Short name of {@linkcode Metagraph.ranks}. */
  get R(): NDArray<"float32"> {
    return this.ranks;
  }

  /**
   * Trust T = Cᵀ · S / ΣS, where c = 1 for each weight above 0: the share of all stake that gives a
   * neuron any weight, float32 `[n]`. The tutorial defines it; no client of the seed era had it.
   */
  get trust(): NDArray<"float32"> {
    return this.#columns.trust();
  }

  /** Short name of {@linkcode Metagraph.trust}. */
  get T(): NDArray<"float32"> {
    return this.trust;
  }

  /** Incentive I = tau · R / ΣR: the tao of each block that go to a neuron, float32 `[n]`. */
  get incentive(): NDArray<"float32"> {
    return this.#columns.incentive();
  }

  /** Short name of {@linkcode Metagraph.incentive}. */
  get I(): NDArray<"float32"> {
    return this.incentive;
  }

  /** Free balance of each neuron's coldkey in tao, float64 `[n]`. */
  get balances(): NDArray<"float64"> {
    return this.#columns.balances();
  }

  /** Where the neurons listen, and who they are. */
  get endpoints(): readonly Endpoint[] {
    return this.snapshot.endpoints;
  }

  get hotkeys(): Address[] {
    return this.endpoints.map(({ hotkey }) => hotkey);
  }

  get coldkeys(): Address[] {
    return this.endpoints.map(({ coldkey }) => coldkey);
  }

  /** Addresses in the network's notation, such as `/ipv4/203.0.113.7:8091`. */
  get addresses(): string[] {
    return this.endpoints.map(formatEndpoint);
  }

  get modalities(): Modality[] {
    return this.endpoints.map(({ modality }) => modality);
  }

  /**
   * The endpoints where a mask is true: `graph.select(graph.S.greater(100))`.
   *
   * @throws {TypeError} If the array is not one of truth values, one for each neuron.
   */
  select(mask: NDArray): Endpoint[] {
    const chosen = truthValues(mask);
    if (chosen?.length === this.n) return this.endpoints.filter(({ uid }) => chosen[uid]);
    throw new TypeError(
      `Cannot select neurons by ${mask.dtype} [${mask.shape}]: a mask is bool [${this.n}]`,
    );
  }

  /** The uid of a hotkey; undefined if it has no neuron. */
  uidOf(hotkey: string): number | undefined {
    return this.endpoints.find((endpoint) => endpoint.hotkey === hotkey)?.uid;
  }

  /** The stake of a hotkey, such as that of a caller; 0 if it has no neuron. */
  stakeOf(hotkey: string): Rao {
    const uid = this.uidOf(hotkey);
    return rao(uid === undefined ? 0n : this.snapshot.stake[uid]!);
  }

  /** The ten arrays of the seed era's state, under its names. */
  stateDict(): StateDict {
    return stateDictOf(this.snapshot);
  }

  /**
   * Shows what a state dict holds, and returns this metagraph.
   *
   * @throws {TypeError} If an array has another type or size.
   */
  async loadFromStateDict(state: StateDict): Promise<this> {
    const arrays = new NamedArrays(new Map(Object.entries(state)));
    await using scorer = await Scorer.load(this.#options.device);
    await this.#show(snapshotFromStateDict(arrays), this.#state.network, scorer);
    return this;
  }

  /** Writes the file of this network in the folder of all, which is `~/.bittensor` by default. */
  async save(): Promise<this> {
    return await this.saveToPath(this.#folder);
  }

  /**
   * Reads what {@linkcode Metagraph.save} wrote.
   *
   * @throws {BittensorError} Those of {@linkcode Metagraph.loadFromPath}.
   */
  async load(): Promise<this> {
    return await this.loadFromPath(snapshotPath(this.#folder, await this.#network()));
  }

  /** Writes a file in a folder, made if missing: an `.npz` that NumPy opens. */
  async saveToPath(path: string, filename?: string): Promise<this> {
    const network = await this.#network();
    const file = filename === undefined ? snapshotPath(path, network) : join(path, filename);
    await saveSnapshot(file, { network, snapshot: this.snapshot });
    return this;
  }

  /**
   * Reads a file that `saveToPath` wrote. If that fails, the metagraph stays as it was.
   *
   * @throws {BittensorError} `metagraph/not-saved` if it is not there; `metagraph/file` if it is no
   * metagraph; `metagraph/file-version` if a newer program wrote it.
   */
  async loadFromPath(path: string): Promise<this> {
    const { network, snapshot } = await loadSnapshot(path);
    await using scorer = await Scorer.load(this.#options.device);
    await this.#show(snapshot, network ?? this.#state.network, scorer);
    return this;
  }

  /** Text form of the tutorial: `Metagraph (37,406630,akatsuki)`. */
  toString(): string {
    const name = this.#state.network ?? this.#asked ?? "local";
    return `Metagraph (${this.n},${this.block},${name})`;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** A table, where a notebook shows it. */
  [Symbol.for("Jupyter.display")](): Display {
    return metagraphDisplay(this.toString(), this.snapshot, this.#state.scores);
  }

  get #folder(): string {
    return this.#options.path ?? "~/.bittensor";
  }

  /** Name of the network that was read, or that would be read. */
  async #network(): Promise<string> {
    const known = this.#state.network ?? this.#asked;
    return known ?? networkName((await findSetting("network")).value);
  }

  async #client(
    resources: AsyncDisposableStack,
    options: Pick<SubtensorOptions, "timeoutMs" | "signal">,
  ): Promise<Subtensor> {
    const { network } = this.#options;
    return this.#options.subtensor ?? resources.use(await subtensor({ network, ...options }));
  }

  async #show(snapshot: Snapshot, network: string | undefined, scorer: Scorer): Promise<void> {
    const scores = await scorer.scores(snapshot, snapshot.stake);
    this.#state = { network, snapshot, scores };
    this.#columns = columnsOf(snapshot, scores);
  }
}

/** Frees a scorer, even if what went on while it was loaded has failed. */
async function disposeLoaded(loading: Promise<Scorer>): Promise<void> {
  const scorer = await loading.catch(() => undefined);
  await scorer?.[Symbol.asyncDispose]();
}
