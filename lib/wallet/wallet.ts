/** Wallets: a coldkey that owns the money and a hotkey that works, as files in a folder. */

import type { Address } from "../domain/address.ts";
import { createKeys, type CreateKeysOptions, type NewMnemonic } from "./create_keys.ts";
import { readPublicFile } from "./key_storage.ts";
import { decodePublicKeyfile } from "./keyfile.ts";
import { createKeypair, type Keypair } from "./keypair.ts";
import type { DerivationLimits } from "./sodium.ts";
import { unlockKey, type UnlockOptions } from "./unlock.ts";
import {
  checkHotkeyName,
  checkWalletName,
  type KeyKind,
  locateKeys,
  type StoredKey,
} from "./wallet_paths.ts";

/** Which wallet. */
export interface WalletOptions {
  /** Name of the wallet. @default {"default"} */
  readonly name?: string | undefined;
  /** Name of the hotkey. @default {"default"} */
  readonly hotkey?: string | undefined;
  /** Folder of all wallets; a leading `~` is the home directory. @default {"~/.bittensor/wallets"} */
  readonly path?: string | undefined;
  /** Password of the coldkey, null for none; asked on the terminal when needed if left out. */
  readonly password?: string | null | undefined;
}

/** Options of {@linkcode Wallet.create}. */
export interface CreateOptions extends CreateKeysOptions {
  /** Gets the mnemonic of each new key, once, after it was written. It restores the key: store it. */
  readonly onMnemonic?: ((created: NewMnemonic) => void | Promise<void>) | undefined;
}

/**
 * A wallet by its name. Touches nothing: keys are read when they are asked for.
 *
 * @throws {BittensorError} `wallet/invalid-name` if a name cannot be that of a file.
 *
 * @example Create a wallet without a password, and sign
 * ```ts
 * import { verify, wallet } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * using alice = await wallet({ name: "alice", path }).create({ password: null });
 * const hotkey = await alice.hotkey();
 * const message = new TextEncoder().encode("hello");
 * assert(verify(hotkey.address, message, hotkey.sign(message)));
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export function wallet(options: WalletOptions = {}): Wallet {
  return new Wallet(options);
}

/**
 * A coldkey and a hotkey, in files that every tool of the network reads.
 *
 * An unlocked key is kept until it or the wallet is disposed of, which wipes it.
 */
export class Wallet implements Disposable {
  /** Name of the wallet: a folder below {@linkcode Wallet.path}. */
  readonly name: string;
  /** Name of the hotkey: a file in that folder. */
  readonly hotkeyName: string;
  /** Folder of all wallets, as it was given. */
  readonly path: string;
  readonly #password: string | null | undefined;
  readonly #limits: DerivationLimits | undefined;
  readonly #unlocked = new Map<KeyKind, Keypair>();
  #disposed = false;

  /** @param limits Other limits than those of the file format, for tests. */
  constructor(options: WalletOptions = {}, limits?: DerivationLimits) {
    const { name = "default", hotkey = "default", path = "~/.bittensor/wallets" } = options;
    checkWalletName(name);
    checkHotkeyName(hotkey);
    this.name = name;
    this.hotkeyName = hotkey;
    this.path = path;
    this.#password = options.password;
    this.#limits = limits;
  }

  /**
   * Makes the keys that are missing: the coldkey if neither it nor its public file is there, and
   * the hotkey. Existing keys are kept, so that a second call changes nothing.
   *
   * Either all new files are written, or none.
   *
   * @throws {BittensorError} `wallet/password-required` if no password was given and there is no
   * terminal to ask on, `wallet/exists` if a public file is there without its hotkey or another
   * process wrote the same file, `wallet/unwritable` if the system does not let us.
   * @throws {RangeError} If the password is empty, or there are no mnemonics of that length.
   */
  async create(options: CreateOptions = {}): Promise<this> {
    const created = await createKeys(this.#keys, {
      ...options,
      password: this.#coldkeyPassword(options),
      limits: this.#limits,
    });
    for (const { kind } of created) this.#unlocked.get(kind)?.[Symbol.dispose]();
    for (const one of created) await options.onMnemonic?.(one);
    return this;
  }

  /**
   * The hotkey, which signs requests; usually not encrypted.
   *
   * @throws {BittensorError} As {@linkcode Wallet.coldkey} does.
   */
  async hotkey(options: UnlockOptions = {}): Promise<Keypair> {
    return await this.#unlock("hotkey", options);
  }

  /**
   * The coldkey, which signs transfers and stake. Decrypting it takes seconds, in a worker.
   *
   * @throws {BittensorError} `wallet/missing-key`; `wallet/unsafe-permissions` if others than the
   * owner have access to the file; `wallet/password-required` if it is encrypted, no password was
   * given and there is no terminal to ask on; `wallet/wrong-password`; `wallet/corrupt-keyfile` if
   * the file is damaged or does not fit its public file; `wallet/unsupported-encryption` for files
   * that tools of 2021 and 2022 encrypted.
   */
  async coldkey(options: UnlockOptions = {}): Promise<Keypair> {
    return await this.#unlock("coldkey", { ...options, password: this.#coldkeyPassword(options) });
  }

  /**
   * The address of the coldkey, from its public file: needs no password.
   *
   * @throws {BittensorError} `wallet/missing-key` or `wallet/corrupt-keyfile`.
   */
  async coldkeypub(): Promise<Address> {
    const { label, publicPath } = this.#keys.coldkey;
    return decodePublicKeyfile(await readPublicFile(publicPath, `public ${label}`), publicPath);
  }

  /** Wipes the unlocked keys from memory. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const keypair of this.#unlocked.values()) keypair[Symbol.dispose]();
  }

  /** Names and path, for people; like every other display of a wallet it shows no secret. */
  toString(): string {
    return `Wallet (${this.name}, ${this.hotkeyName}, ${this.path})`;
  }

  /** Names and path. */
  toJSON(): { name: string; hotkeyName: string; path: string } {
    return { name: this.name, hotkeyName: this.hotkeyName, path: this.path };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** Located when they are used: only then is the home directory asked for. */
  get #keys(): Record<KeyKind, StoredKey> {
    return locateKeys(this.path, this.name, this.hotkeyName);
  }

  #coldkeyPassword({ password }: { password?: string | null | undefined }) {
    return password === undefined ? this.#password : password;
  }

  async #unlock(kind: KeyKind, options: UnlockOptions): Promise<Keypair> {
    const kept = this.#kept(kind);
    if (kept !== undefined) return kept;
    const pair = await unlockKey(this.#keys[kind], { ...options, limits: this.#limits });
    // Meanwhile another call may have unlocked the key, or disposed of the wallet.
    const keypair = this.#kept(kind) ?? createKeypair(pair);
    this.#unlocked.set(kind, keypair);
    return keypair;
  }

  #kept(kind: KeyKind): Keypair | undefined {
    if (this.#disposed) throw new TypeError(`Cannot unlock a key of ${this}: it was disposed of`);
    const keypair = this.#unlocked.get(kind);
    return keypair?.disposed ? undefined : keypair;
  }
}
