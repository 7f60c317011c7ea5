import type { Address } from "../domain/address.ts";
import type { Signer } from "../domain/signer.ts";

/** What axon and dendrite need of a wallet: who they are. */
export interface Identity {
  /** The key that speaks on the network; may ask for a password. */
  hotkey(): Promise<Signer>;
  /** The address that owns what the hotkey earns. */
  coldkeypub(): Promise<Address>;
}
