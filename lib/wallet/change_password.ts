/** Another password for a key, or none. */

import type { CipherOptions } from "./encryption.ts";
import type { PasswordSource } from "./password.ts";
import { storeKeys } from "./store_keys.ts";
import { unlockKey, type UnlockOptions } from "./unlock.ts";
import type { KeyKind, StoredKey } from "./wallet_paths.ts";

/** Options of {@linkcode Wallet.changePassword}; `password` is the one that the key has now. */
export interface ChangePasswordOptions extends UnlockOptions {
  /** Which key. @default {"coldkey"} */
  readonly key?: KeyKind | undefined;
  /** Where the new password comes from, null for no encryption. @default {"prompt"} */
  readonly newPassword?: PasswordSource | undefined;
}

/**
 * Encrypts a key with another password, in the format of today.
 *
 * @throws {BittensorError} As {@linkcode Wallet.changePassword} says.
 */
export async function changePassword(
  key: StoredKey,
  options: ChangePasswordOptions & CipherOptions,
): Promise<void> {
  const { newPassword = "prompt" } = options;
  const material = await unlockKey(key, options);
  await storeKeys([{ key, material, password: newPassword }], { ...options, overwrite: true });
}
