/** The stock client against a dev chain of its own: nothing here knows how the chain works. */

import { ApiPromise, Keyring, type SubmittableResult, WsProvider } from "@polkadot/api";
import type { ApiOptions } from "@polkadot/api/types";
import { type DevChain, devchain, type DevChainOptions } from "../../lib/devchain/devchain.ts";

export type Call = ReturnType<ApiPromise["tx"]>;
export type Account = ReturnType<Keyring["addFromUri"]>;

export class StockClient {
  readonly chain: DevChain;
  readonly api: ApiPromise;
  readonly #keyring = new Keyring({ type: "sr25519" });

  constructor(chain: DevChain, api: ApiPromise) {
    this.chain = chain;
    this.api = api;
  }

  account(uri: string): Account {
    return this.#keyring.addFromUri(uri);
  }

  call(pallet: string, name: string, ...args: unknown[]): Call {
    return this.api.tx[pallet]![name]!(...args);
  }

  /** Submits, waits until the block is final, and gives what the client saw. */
  async submit(call: Call, signer: Account, options = {}): Promise<SubmittableResult> {
    const seen = Promise.withResolvers<SubmittableResult>();
    await call.signAndSend(signer, options, (result) => {
      if (result.isFinalized) seen.resolve(result);
    });
    return await seen.promise;
  }

  /** A signed extrinsic as text, immortal unless the options say otherwise. */
  async sign(call: Call, signer: Account, options = {}): Promise<`0x${string}`> {
    return (await call.signAsync(signer, { era: 0, ...options })).toHex();
  }

  /** The value of a storage item as plain data. */
  async read(pallet: string, item: string, ...keys: unknown[]): Promise<unknown> {
    return (await this.api.query[pallet]![item]!(...keys)).toJSON();
  }

  async free(account: Account): Promise<bigint> {
    const json = JSON.stringify(await this.read("system", "account", account.address));
    return BigInt(JSON.parse(json).data.free);
  }
}

/** Registers a test that gets a chain and a stock client that is connected to it. */
export function testStockClient(
  name: string,
  test: (client: StockClient) => Promise<void>,
  options: DevChainOptions = {},
): void {
  Deno.test({
    name,
    // The client keeps the timers of its cache (rpc-core's refCountDelay) for 1.75 seconds after it
    // disconnected. devchain_test.ts shows with sanitizers on that the chain itself leaks nothing.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using chain = await devchain(options);
      const provider = new WsProvider(chain.endpoint) as NonNullable<ApiOptions["provider"]>;
      const api = await ApiPromise.create({ provider, noInitWarn: true });
      try {
        await test(new StockClient(chain, api));
      } finally {
        await api.disconnect();
      }
    },
  });
}

/** `section.Method` and data of the events of an extrinsic. */
export function eventsOf({ events }: SubmittableResult): unknown[][] {
  return events.map(({ event }) => [
    `${event.section}.${event.method}`,
    ...(event.data.toJSON() as unknown[]),
  ]);
}
