/**
 * A second client, independent of `@polkadot/api`: the parts that `polkadot-api` makes its clients of.
 * The package of that name would bring its command line and a bundler along.
 */

import assert from "node:assert/strict";
import { getObservableClient } from "@polkadot-api/observable-client";
import { createClient } from "@polkadot-api/substrate-client";
import { middleware } from "@polkadot-api/ws-middleware";
import { getWsProvider } from "@polkadot-api/ws-provider";
import { firstValueFrom } from "rxjs";
import { testStockClient } from "./stock_client.ts";

/** What PAPI makes of a chain: final blocks, their storage, their events. */
class PapiClient implements Disposable {
  readonly #client;
  readonly #head;

  constructor(endpoint: string) {
    this.#client = getObservableClient(createClient(getWsProvider(endpoint, { middleware })));
    this.#head = this.#client.chainHead$();
  }

  /** The hash of the final block. */
  async finalized(): Promise<string> {
    return (await firstValueFrom(this.#head.finalized$)).hash;
  }

  /** A value of the storage after a block, decoded by the metadata that the chain serves. */
  async read(block: string, pallet: string, item: string, ...keys: unknown[]): Promise<unknown> {
    const { dynamicBuilder } = await firstValueFrom(this.#head.getRuntimeContext$(block));
    const { keys: { enc }, value: { dec } } = dynamicBuilder.buildStorage(pallet, item);
    const found = await firstValueFrom(this.#head.storage$(block, "value", () => enc(...keys)));
    return found.value === null ? undefined : dec(found.value);
  }

  /** `Pallet.Event` and its fields, of all events of a block. */
  async eventsAt(block: string): Promise<readonly (readonly [name: string, fields: unknown])[]> {
    const events = await firstValueFrom(this.#head.eventsAt$(block));
    return events.map(({ event: { type, value } }) => [`${type}.${value.type}`, value.value]);
  }

  [Symbol.dispose](): void {
    this.#head.unfollow();
    this.#client.destroy();
  }
}

testStockClient("PAPI reads a balance and an event", async (client) => {
  const [alice, bob] = [client.account("//Alice"), client.account("//Bob")];
  const call = client.call("balances", "transfer", bob.address, 7_000_000_000n);
  const { status } = await client.submit(call, alice);

  using papi = new PapiClient(client.chain.endpoint);
  const block = await papi.finalized();
  assert.equal(block, status.asFinalized.toHex());
  const account = await papi.read(block, "System", "Account", bob.address);
  assert.equal((account as { data: { free: bigint } }).data.free, 1_007_000_000_000n);
  const transfer = (await papi.eventsAt(block)).find(([name]) => name === "Balances.Transfer");
  assert.deepEqual(transfer?.[1], [alice.address, bob.address, 7_000_000_000n]);
}, { finalityDelayMs: 10 });
