import { type Address, encodeAddress } from "../domain/address.ts";
import { devPublicKey } from "./scale/crypto.ts";

/** A development account: its key derives from a phrase that everybody knows. */
export interface DevAccount {
  /** First name: `Alice`. */
  readonly name: string;
  /** The derivation path, as keyrings take it: `//Alice`. */
  readonly uri: `//${string}`;
  /** Its sr25519 public key as SS58. */
  readonly address: Address;
}

const NAMES = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"] as const;

/** The six accounts that development chains of Substrate endow. */
export function devAccounts(): readonly DevAccount[] {
  return NAMES.map((name) => {
    const uri = `//${name}` as const;
    return { name, uri, address: encodeAddress(devPublicKey(uri)) };
  });
}
