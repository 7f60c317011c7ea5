/** Writes to a wallet that a fault may interrupt: what is there before, and how to tell old from new. */

import assert from "node:assert/strict";
import { listWallets } from "../../lib/wallet/list_wallets.ts";
import { Wallet } from "../../lib/wallet/wallet.ts";
import { FAST_LIMITS, finney } from "../wallet/vectors.ts";

const [first, second, third] = finney.keys;
assert(first && second && third);
const PASSWORD = () => "a password";

/** What is on disk: all of it as before, or all of it as after. */
export type State = "old" | "new";

/** One write, in a folder of wallets. */
export interface Scenario {
  prepare(path: string): Promise<void>;
  run(path: string): Promise<void>;
  /** Throws if the disk holds neither. */
  stateOf(path: string): Promise<State>;
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "create()": {
    prepare: async () => {},
    run: async (path) => await withWallet(path, (wallet) => wallet.create({ password: null })),
    stateOf: async (path) => {
      if ((await listWallets({ path })).length === 0) return "old";
      await addressesIn(path);
      return "new";
    },
  },
  "create() with overwrite": {
    prepare: prepareBoth,
    run: async (path) =>
      await withWallet(path, (wallet) => wallet.create({ password: null, overwrite: true })),
    stateOf: async (path) => {
      const { coldkey, hotkey } = await addressesIn(path);
      const isOld = [coldkey === first.ss58Address, hotkey === second.ss58Address];
      assert.equal(isOld[0], isOld[1]);
      return isOld[0] ? "old" : "new";
    },
  },
  "regenerateColdkey() with overwrite": {
    prepare: prepareBoth,
    run: async (path) =>
      await withWallet(
        path,
        (wallet) =>
          wallet.regenerateColdkey({ mnemonic: third.mnemonic, password: null, overwrite: true }),
      ),
    stateOf: async (path) => {
      const { coldkey, hotkey } = await addressesIn(path);
      assert.equal(hotkey, second.ss58Address);
      if (coldkey === first.ss58Address) return "old";
      assert.equal(coldkey, third.ss58Address);
      return "new";
    },
  },
  "changePassword()": {
    prepare: prepareBoth,
    run: async (path) =>
      await withWallet(
        path,
        (wallet) => wallet.changePassword({ password: null, newPassword: PASSWORD }),
      ),
    stateOf: async (path) => {
      const [info] = await listWallets({ path });
      const { coldkey, hotkey } = await addressesIn(path);
      assert.deepEqual([coldkey, hotkey], [first.ss58Address, second.ss58Address]);
      return info?.coldkey?.encryption === "none" ? "old" : "new";
    },
  },
};

async function prepareBoth(path: string): Promise<void> {
  await withWallet(
    path,
    (wallet) => wallet.regenerateColdkey({ mnemonic: first!.mnemonic, password: null }),
  );
  await withWallet(path, (wallet) => wallet.regenerateHotkey({ mnemonic: second!.mnemonic }));
}

/** The addresses of both keys, whose secrets and public files belong together. */
async function addressesIn(path: string): Promise<{ coldkey: string; hotkey: string }> {
  using wallet = new Wallet({ path }, FAST_LIMITS);
  const [coldkey, hotkey] = [await wallet.coldkey({ password: PASSWORD }), await wallet.hotkey()];
  assert.equal(await wallet.coldkeypub(), coldkey.address);
  assert.equal(await wallet.hotkeypub(), hotkey.address);
  return { coldkey: coldkey.address, hotkey: hotkey.address };
}

async function withWallet(path: string, run: (wallet: Wallet) => Promise<unknown>): Promise<void> {
  using wallet = new Wallet({ path }, FAST_LIMITS);
  await run(wallet);
}
