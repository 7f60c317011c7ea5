import { type Address, encodeAddress } from "../domain/address.ts";
import { type DevPath, namedAccountPaths } from "./genesis/dev_path.ts";
import { DEV_PHRASE, devPublicKeys } from "./scale/crypto.ts";

/**
 * A development account. Its secret is public: everybody can spend what it holds, on any network.
 */
export interface DevAccount {
  /** Its path without the slashes in front: `Alice`. */
  readonly name: string;
  /** The derivation path, as keyrings take it: `//Alice`. */
  readonly uri: DevPath;
  /** The phrase that the path starts from, the same for all of them and known to everybody. */
  readonly mnemonic: string;
  /** Its sr25519 public key as SS58. */
  readonly address: Address;
}

/**
 * Development accounts by their paths.
 *
 * @param paths By default those of the six accounts that development chains of Substrate endow.
 */
export function devAccounts(
  paths: readonly DevPath[] = namedAccountPaths(),
): readonly DevAccount[] {
  const publicKeyOf = devPublicKeys();
  return paths.map((uri) => ({
    name: uri.slice(2),
    uri,
    mnemonic: DEV_PHRASE,
    address: encodeAddress(publicKeyOf(uri)),
  }));
}
