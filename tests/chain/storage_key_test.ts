import assert from "node:assert/strict";
import { blake2Concat, storageKey } from "../../lib/chain/storage_key.ts";
import vectors from "../vectors/chain.json" with { type: "json" };

const { prefixes, System_Account_prefix, examples } = vectors.storageKeys;

Deno.test("storageKey() gives the published prefixes", () => {
  for (const [item, prefix] of Object.entries(prefixes)) {
    assert.equal(storageKey("SubtensorModule", item), prefix);
  }
  assert.equal(storageKey("System", "Account"), System_Account_prefix);
});

Deno.test("blake2Concat() gives the published key of an account", () => {
  const [call, key] = Object.entries(examples).find(([name]) => name.startsWith("Active"))!;
  const account = Uint8Array.fromHex(call.slice("Active(0x".length, -1));
  assert.equal(`${prefixes.Active}${blake2Concat(account).toHex()}`, key);
});
