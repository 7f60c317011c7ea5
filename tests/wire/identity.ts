import { Modality } from "../../lib/domain/modality.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { keypairFromMnemonic } from "../../lib/wallet/keypair.ts";
import type { Identity } from "../../lib/wire/identity.ts";

/** The published key of the vectors: 5FcWiCiFoSspGGocSxzatNL5kT6cjxjXQ9LuAuYbvFNUqcfX. */
const KEY = keypairFromMnemonic(
  "document usage siren cross across crater shrug jump marine distance absurd caught",
);

/** The wallet of the vectors, as far as axon and dendrite see it. */
export const IDENTITY: Identity = {
  hotkey: () => Promise.resolve(KEY),
  coldkeypub: () => Promise.resolve(KEY.address),
};

/** An endpoint of the vectors' neuron. */
export function endpointAt(port: number, ip = "127.0.0.1"): Endpoint {
  const ipType = ip.includes(":") ? 6 : 4;
  const { address } = KEY;
  return { uid: 0, hotkey: address, ip, ipType, port, modality: Modality.TEXT, coldkey: address };
}
