/** Writes on chain where an axon is reached. */

import { BittensorError } from "../base/errors.ts";
import type { ExtrinsicOptions } from "../chain/extrinsic.ts";
import { type Subtensor, subtensor as connectSubtensor } from "../chain/subtensor.ts";
import { logSuccess } from "../domain/log_event.ts";
import type { Modality } from "../domain/modality.ts";
import type { Identity } from "../wire/identity.ts";
import { externalAddress } from "./external_address.ts";

/** Options of {@linkcode Axon.subscribe}. */
export interface AxonSubscribeOptions extends ExtrinsicOptions {
  /** Network to subscribe to, by name or URL, when no `subtensor` is given. @default {"local"} */
  readonly network?: string | undefined;
  /** Connection to use; it stays open. */
  readonly subtensor?: Subtensor | undefined;
  /**
   * Address under which others reach the axon, as text; a URL names an http service that answers with
   * it as plain text. Needed on a chain of another machine that does not know this neuron yet.
   */
  readonly externalIp?: string | URL | undefined;
  /** Port under which others reach the axon. @default {the axon's port} */
  readonly externalPort?: number | undefined;
}

/** What the chain is told of an axon. */
export interface Subscriber {
  readonly wallet: Identity;
  /** Address that it listens on. */
  readonly host: string;
  /** Port that it listens on; 0 if it has none yet. */
  readonly port: number;
  readonly modality: Modality;
}

/** Where others reach an axon. */
export interface ExternalAddress {
  readonly ip: string;
  readonly port: number;
}

/** Finds out where others reach an axon, and writes it on chain. */
export async function subscribeAxon(
  { wallet, host, port, modality }: Subscriber,
  options: AxonSubscribeOptions,
): Promise<ExternalAddress> {
  const { externalPort = port, externalIp, network, subtensor, ...follow } = options;
  if (externalPort === 0) {
    throw new BittensorError(
      "axon/external-port",
      "Cannot subscribe the axon: it has no port yet",
      { hint: "start the axon first, or pass externalPort" },
    );
  }
  await using opened = subtensor === undefined
    ? await connectSubtensor({ ...follow, network })
    : null;
  const chain = subtensor ?? opened!;
  const hotkey = await wallet.hotkey();
  const ip = await externalAddress({
    ...follow,
    externalIp,
    boundIp: host,
    chainEndpoint: chain.endpoint,
    subscribedIp: async () =>
      (await chain.neurons(follow)).find((neuron) => neuron.hotkey === hotkey.address)?.ip,
  });
  logSuccess("axon", "External IP:", ip, "blue");
  const coldkey = await wallet.coldkeypub();
  await chain.subscribe({ ...follow, hotkey, coldkey, ip, port: externalPort, modality });
  return { ip, port: externalPort };
}
