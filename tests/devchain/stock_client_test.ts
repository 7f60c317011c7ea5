import assert from "node:assert/strict";
import { ApiPromise, type SubmittableResult, WsProvider } from "@polkadot/api";
import type { ApiOptions } from "@polkadot/api/types";
import { Keyring } from "@polkadot/keyring";
import { devchain } from "../../lib/devchain/devchain.ts";

type Provider = NonNullable<ApiOptions["provider"]>; // the library's class misses its own interface
// The client keeps timers of its cache (rpc-core's refCountDelay) after it disconnected.
const leaks = { sanitizeOps: false, sanitizeResources: false };

Deno.test("devchain() lets the stock client transfer and subscribe a hotkey", leaks, async () => {
  await using chain = await devchain();
  const api = await ApiPromise.create({ provider: new WsProvider(chain.endpoint) as Provider });
  const keyring = new Keyring({ type: "sr25519" });
  const [alice, hotkey] = [keyring.addFromUri("//Alice"), keyring.addFromUri("//Hotkey")];
  const submit = async (pallet: string, call: string, args: unknown[], signer: typeof alice) => {
    const { promise, resolve } = Promise.withResolvers<SubmittableResult>();
    const extrinsic = api.tx[pallet]![call]!(...args);
    await extrinsic.signAndSend(signer, (seen) => seen.isFinalized ? resolve(seen) : undefined);
    return (await promise).events.map(({ event }) => `${event.method} ${event.data}`);
  };
  const transferred = await submit("balances", "transfer", [hotkey.address, 7e9], alice);
  const endpoint = [0x08080808, 8091, 4, 0, alice.address];
  const subscribed = await submit("subtensorModule", "subscribe", endpoint, hotkey);
  await api.disconnect();
  assert(transferred.includes(`Transfer ["${alice.address}","${hotkey.address}",7000000000]`));
  assert(subscribed.includes("NeuronAdded [0]"));
});
