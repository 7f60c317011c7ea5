/** Wallets: a coldkey that owns the money and a hotkey that works, as files in a folder. */

import type { Display } from "../base/table.ts";
import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import { logSuccess } from "../domain/log_event.ts";
import { changePassword, type ChangePasswordOptions } from "./change_password.ts";
import type { DerivationLimits } from "./cipher.ts";
import {
  createKeys,
  type CreateKeysOptions,
  missingKeys,
  type NewMnemonic,
} from "./create_keys.ts";
import { createKeypair, type Keypair } from "./keypair.ts";
import { type HotkeyInfo, listHotkeys } from "./list_wallets.ts";
import { fetchStake, type OnChainOptions } from "./on_chain.ts";
import { checkPasswordSource, type PasswordSource } from "./password.ts";
import { readAddress } from "./public_keys.ts";
import {
  regenerateKey,
  type RegenerateOptions,
  regeneratePublicKey,
  type RegeneratePublicOptions,
} from "./regenerate_keys.ts";
import type { NewKey } from "./store_keys.ts";
import { unlockKey, type UnlockOptions } from "./unlock.ts";
import { displayWallet } from "./wallet_display.ts";
import {
  checkHotkeyName,
  checkWalletName,
  DEFAULT_PATH,
  type KeyKind,
  locateKeys,
  type StoredKey,
} from "./wallet_paths.ts";
import { finishInterruptedWrite } from "./write_wallet_files.ts";

/** Which wallet. */
export interface WalletOptions {
  /** Name of the wallet. @default {"default"} */
  readonly name?: string | undefined;
  /** Name of the hotkey. @default {"default"} */
  readonly hotkey?: string | undefined;
  /** Folder of all wallets; a leading `~` is the home directory. @default {"~/.bittensor/wallets"} */
  readonly path?: string | undefined;
  /** Where the password of the coldkey comes from when it is needed, null for none. */
  readonly password?: PasswordSource | undefined;
  /** Where the password of an encrypted hotkey comes from when it is opened. */
  readonly hotkeyPassword?: PasswordSource | undefined;
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
 * @throws {TypeError} If `password` is no place where a password is, such as a password itself.
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
  readonly #passwords: Readonly<Record<KeyKind, PasswordSource | undefined>>;
  readonly #limits: DerivationLimits | undefined;
  readonly #unlocked = new Map<KeyKind, Keypair>();
  #disposed = false;

  /** @param limits Other limits than those of the file format, for tests. */
  constructor(options: WalletOptions = {}, limits?: DerivationLimits) {
    const { name = "default", hotkey = "default", path = DEFAULT_PATH } = options;
    checkWalletName(name);
    checkHotkeyName(hotkey);
    checkPasswordSource(options.password);
    checkPasswordSource(options.hotkeyPassword);
    this.name = name;
    this.hotkeyName = hotkey;
    this.path = path;
    this.#passwords = { coldkey: options.password, hotkey: options.hotkeyPassword };
    this.#limits = limits;
  }

  /**
   * Makes the keys that are missing: the coldkey if neither it nor its public file is there, and
   * the hotkey. Existing keys are kept, so that a second call changes nothing. The password is that
   * of the coldkey; the hotkey is not encrypted.
   *
   * Either all new files are written, or none, even if the process is killed meanwhile.
   *
   * @throws {BittensorError} `wallet/password-required` if there is no password at its source and no
   * terminal to ask on, `wallet/exists` if a public file is there without its hotkey or another
   * process wrote the same file, `wallet/unwritable` if the system does not let us.
   * @throws {RangeError} If there are no mnemonics of that length.
   */
  async create(options: CreateOptions = {}): Promise<this> {
    await finishInterruptedWrite(this.#keys.coldkey.secretFile.folder);
    const keys = options.overwrite ? Object.values(this.#keys) : await missingKeys(this.#keys);
    return await this.#create(
      keys.map((key) => ({
        key,
        password: key.kind === "coldkey" ? this.#passwordOf("coldkey", options) : null,
      })),
      options,
    );
  }

  /**
   * Makes a new coldkey alone.
   *
   * @throws {BittensorError} `wallet/exists` if one is there and `overwrite` is not set, and those of
   * {@linkcode Wallet.create}.
   */
  async createNewColdkey(options: CreateOptions = {}): Promise<this> {
    const password = this.#passwordOf("coldkey", options);
    return await this.#create([{ key: this.#keys.coldkey, password }], options);
  }

  /**
   * Makes a new hotkey alone, not encrypted unless a password is given; throws as
   * {@linkcode Wallet.createNewColdkey} does.
   */
  async createNewHotkey(options: CreateOptions = {}): Promise<this> {
    const { password = null } = options;
    return await this.#create([{ key: this.#keys.hotkey, password }], options);
  }

  /**
   * Brings a coldkey back from its mnemonic, seed, secret URI or an export of polkadot.js.
   *
   * @throws {BittensorError} `wallet/invalid-mnemonic`, `wallet/invalid-seed`, `wallet/invalid-uri`;
   * for an export `wallet/corrupt-keyfile` and `wallet/wrong-password`; `wallet/exists` if files of
   * the coldkey are there and `overwrite` is not set, unless they are only the public file of the
   * same key; `wallet/password-required`, `wallet/unwritable`.
   *
   * @example From a mnemonic
   * ```ts
   * import { wallet } from "bittensor";
   * import assert from "node:assert/strict";
   *
   * const path = await Deno.makeTempDir();
   * using alice = await wallet({ name: "alice", path }).regenerateColdkey({
   *   mnemonic: "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
   *   password: null,
   * });
   * assert.equal(await alice.coldkeypub(), "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV");
   * await Deno.remove(path, { recursive: true });
   * ```
   */
  async regenerateColdkey(options: RegenerateOptions): Promise<this> {
    return await this.#regenerate("coldkey", {
      ...options,
      password: this.#passwordOf("coldkey", options),
    });
  }

  /**
   * Brings a hotkey back, not encrypted unless a password is given; throws as
   * {@linkcode Wallet.regenerateColdkey} does.
   */
  async regenerateHotkey(options: RegenerateOptions): Promise<this> {
    return await this.#regenerate("hotkey", { ...options, password: options.password ?? null });
  }

  /**
   * Writes the public file of a coldkey alone, for a machine on which its secret shall not be.
   *
   * @throws {BittensorError} `address/invalid` or `wallet/invalid-public-key`; `wallet/exists` if the
   * secret is here, or a public file is and `overwrite` is not set; `wallet/unwritable`.
   */
  async regenerateColdkeypub(options: RegeneratePublicOptions): Promise<this> {
    return await this.#regeneratePublic("coldkey", options);
  }

  /** The same for a hotkey. */
  async regenerateHotkeypub(options: RegeneratePublicOptions): Promise<this> {
    return await this.#regeneratePublic("hotkey", options);
  }

  /**
   * Encrypts a key with another password, in the format of today whatever it had before, and writes
   * its public file anew. Until all is written, the old password counts.
   *
   * @throws {BittensorError} Those of {@linkcode Wallet.coldkey}, `wallet/unwritable`.
   */
  async changePassword(options: ChangePasswordOptions): Promise<this> {
    const { key = "coldkey" } = options;
    const password = this.#passwordOf(key, options);
    await changePassword(this.#keys[key], { ...options, password, limits: this.#limits });
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
   * found and there is no terminal to ask on; `wallet/wrong-password`; `wallet/corrupt-keyfile` if
   * the file is damaged or does not fit its public file.
   */
  async coldkey(options: UnlockOptions = {}): Promise<Keypair> {
    return await this.#unlock("coldkey", options);
  }

  /**
   * The address of the coldkey, from its public file: needs no password.
   *
   * @throws {BittensorError} `wallet/missing-key` or `wallet/corrupt-keyfile`.
   */
  async coldkeypub(): Promise<Address> {
    return await readAddress(this.#keys.coldkey);
  }

  /** The address of the hotkey, without its password; throws as {@linkcode Wallet.coldkeypub} does. */
  async hotkeypub(): Promise<Address> {
    return await readAddress(this.#keys.hotkey);
  }

  /** All hotkeys of this wallet: see {@linkcode listWallets}. */
  async hotkeys(): Promise<readonly HotkeyInfo[]> {
    return await listHotkeys(this.path, this.name);
  }

  /**
   * Free balance of the coldkey, in rao.
   *
   * @throws {BittensorError} Those of {@linkcode Wallet.coldkeypub} and of the subtensor.
   */
  async getBalance(options: OnChainOptions): Promise<Rao> {
    return await options.subtensor.getBalance(await this.coldkeypub(), options);
  }

  /** Stake of the neuron of the hotkey, in rao; 0 if it has none. */
  async getStake(options: OnChainOptions): Promise<Rao> {
    return await fetchStake(await this.hotkeypub(), options);
  }

  /** The uid of the hotkey; undefined if it has no neuron. */
  async getUid(options: OnChainOptions): Promise<number | undefined> {
    return await options.subtensor.getUidForPubkey(await this.hotkeypub(), options);
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

  /** In a notebook: names and addresses. */
  async [Symbol.for("Jupyter.display")](): Promise<Display> {
    return await displayWallet(this.toString(), this.#keys);
  }

  /** Located when they are used: only then is the home directory asked for. */
  get #keys(): Record<KeyKind, StoredKey> {
    return locateKeys(this.path, this.name, this.hotkeyName);
  }

  #passwordOf(kind: KeyKind, { password }: { password?: PasswordSource | undefined }) {
    return password === undefined ? this.#passwords[kind] : password;
  }

  async #create(
    keys: readonly Pick<NewKey, "key" | "password">[],
    options: CreateOptions,
  ): Promise<this> {
    const created = await createKeys(keys, { ...options, limits: this.#limits });
    for (const { kind } of created) this.#forget(kind);
    for (const one of created) await options.onMnemonic?.(one);
    return this;
  }

  async #regenerate(kind: KeyKind, options: RegenerateOptions): Promise<this> {
    await regenerateKey(this.#keys[kind], { ...options, limits: this.#limits });
    this.#forget(kind);
    return this;
  }

  async #regeneratePublic(kind: KeyKind, options: RegeneratePublicOptions): Promise<this> {
    await regeneratePublicKey(this.#keys[kind], options);
    this.#forget(kind);
    return this;
  }

  async #unlock(kind: KeyKind, options: UnlockOptions): Promise<Keypair> {
    const kept = this.#kept(kind);
    if (kept !== undefined) return kept;
    const { pair, seed } = await unlockKey(this.#keys[kind], {
      ...options,
      password: this.#passwordOf(kind, options),
      limits: this.#limits,
    });
    seed?.fill(0);
    // Meanwhile another call may have unlocked the key, or disposed of the wallet.
    using fresh = new DisposableStack();
    const keypair = fresh.use(createKeypair(pair));
    const other = this.#kept(kind);
    if (other !== undefined) return other;
    this.#unlocked.set(kind, keypair);
    fresh.move();
    logSuccess("wallet", `Loaded ${kind}:`, `0x${keypair.publicKey.toHex()}`);
    return keypair;
  }

  /** The key on disk is another one now. */
  #forget(kind: KeyKind): void {
    this.#unlocked.get(kind)?.[Symbol.dispose]();
  }

  #kept(kind: KeyKind): Keypair | undefined {
    if (this.#disposed) throw new TypeError(`Cannot unlock a key of ${this}: it was disposed of`);
    const keypair = this.#unlocked.get(kind);
    return keypair?.disposed ? undefined : keypair;
  }
}
