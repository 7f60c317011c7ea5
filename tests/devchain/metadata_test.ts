import assert from "node:assert/strict";
import { Metadata, TypeRegistry } from "@polkadot/types";
import { compactStripLength, hexToU8a, u8aToHex } from "@polkadot/util";
import { devchain } from "../../lib/devchain/devchain.ts";
import vectors from "../vectors/chain.json" with { type: "json" };
import { RpcSocket } from "./rpc_socket.ts";

type Latest = Metadata["asLatest"];

/** The metadata in each version that the chain serves, read by the library of the stock client. */
async function servedMetadata(): Promise<Map<string, Latest>> {
  await using chain = await devchain();
  await using rpc = await RpcSocket.open(chain.endpoint);
  const call = async (name: string, args: string) =>
    await rpc.result("state_call", `Metadata_${name}`, args) as `0x${string}`;
  const opaque = (hex: string) => u8aToHex(compactStripLength(hexToU8a(hex))[1]);
  const optional = async (version: string) => {
    const hex = await call("metadata_at_version", version);
    return opaque(`0x${hex.slice(4)}`);
  };
  assert.equal(await call("metadata_versions", "0x"), "0x080e0000000f000000");
  assert.equal(await call("metadata_at_version", "0x10000000"), "0x00");
  const texts = {
    "state_getMetadata": await rpc.result("state_getMetadata") as string,
    "Metadata_metadata": opaque(await call("metadata", "0x")),
    "version 14": await optional("0x0e000000"),
    "version 15": await optional("0x0f000000"),
  };
  assert.equal(texts.state_getMetadata, texts["version 14"]);
  return new Map(
    Object.entries(texts).map(([name, text]) => {
      const metadata = new Metadata(new TypeRegistry(), text as `0x${string}`);
      assert.equal(metadata.toHex(), text);
      assert.equal(metadata.version, name === "version 15" ? 15 : 14);
      return [name, metadata.asLatest];
    }),
  );
}

/** Names and numbers of the calls, events or errors of a pallet. */
function cases(latest: Latest, pallet: string, kind: "calls" | "events" | "errors") {
  const found = latest.pallets.find(({ name }) => name.toString() === pallet);
  const type = found?.[kind].unwrap().type;
  const variants = type === undefined ? [] : latest.lookup.getSiType(type).def.asVariant.variants;
  return variants.map(({ name, index, fields }) => ({
    name: name.toString(),
    index: index.toNumber(),
    types: fields.map((field) => latest.lookup.getTypeDef(field.type).type),
    args: fields.map((field) => field.name.unwrapOr("").toString()),
  }));
}

/** A type of the recording as today's library names it. */
function today(type: string): string {
  return { AccountId: "AccountId32" }[type] ?? type;
}

Deno.test("the metadata numbers pallets, events and errors like the 2021 runtime", async () => {
  for (const [name, latest] of await servedMetadata()) {
    const pallets = latest.pallets.map((pallet) => `${pallet.name}:${pallet.index}`);
    const ours = "DevChain:255";
    assert(pallets.every((pallet) => [...vectors.modules, ours].includes(pallet)), name);
    assert.equal(pallets.length, 6);
    assert.deepEqual(
      cases(latest, "SubtensorModule", "errors").map(({ name, index }) => [name, index]),
      vectors.SubtensorModule.errors.map(({ name, errorIndex }) => [name, errorIndex]),
    );
    assert.deepEqual(
      cases(latest, "SubtensorModule", "events").map((
        { name, index, types },
      ) => [name, index, types]),
      vectors.SubtensorModule.events.map(({ name, eventIndex, args }) => [
        name,
        eventIndex,
        args.map(today),
      ]),
    );
  }
});

Deno.test("the metadata has docs for all storage, calls, events, errors and constants", async () => {
  for (const [name, latest] of await servedMetadata()) {
    let count = 0;
    const check = (what: string, docs: { toString(): string }[]) => {
      assert(docs.join("").length > 10, `${name}: ${what} has no docs`);
      count++;
    };
    for (const pallet of latest.pallets) {
      const items = pallet.storage.isSome ? pallet.storage.unwrap().items : [];
      for (const item of items) check(`${pallet.name}.${item.name}`, item.docs);
      for (const constant of pallet.constants) {
        check(`${pallet.name}.${constant.name}`, constant.docs);
      }
      for (const kind of ["calls", "events", "errors"] as const) {
        if (pallet[kind].isNone) continue;
        const { variants } = latest.lookup.getSiType(pallet[kind].unwrap().type).def.asVariant;
        for (const { name, docs } of variants) check(`${pallet.name}.${name}`, docs);
      }
    }
    assert(count > 80, `only ${count} were found`);
  }
});

Deno.test("the metadata has every call of the pallet of 2021", async () => {
  for (const latest of (await servedMetadata()).values()) {
    assert.deepEqual(
      cases(latest, "SubtensorModule", "calls").map(({ name }) => name),
      vectors.SubtensorModule.calls.map(({ name }) => name),
    );
  }
});

Deno.test("the metadata describes only calls of the 2021 runtime, with its arguments", async () => {
  for (const latest of (await servedMetadata()).values()) {
    const recorded = [
      ["SubtensorModule", vectors.SubtensorModule.calls],
      ["Balances", vectors.Balances_calls],
    ] as const;
    for (const [pallet, calls] of recorded) {
      const described = cases(latest, pallet, "calls");
      assert.notEqual(described.length, 0);
      for (const { name, index, args } of described) {
        const call = calls.find((call) => call.name === name);
        assert.equal(index, call?.callIndex);
        assert.deepEqual(args, call?.args.map((arg) => arg.name));
      }
    }
  }
});

Deno.test("the metadata describes storage like the 2021 runtime", async () => {
  for (const latest of (await servedMetadata()).values()) {
    const pallet = latest.pallets.find(({ name }) => name.toString() === "SubtensorModule");
    const items = pallet?.storage.unwrap().items ?? [];
    assert.deepEqual(
      items.map(({ name, modifier, fallback, type }) => [
        name.toString(),
        modifier.toString(),
        fallback.toHex(),
        type.isMap ? type.asMap.hashers[0]?.toString() : undefined,
      ]),
      vectors.SubtensorModule.storage.items.map(({ name, modifier, fallback, type }) => [
        name,
        modifier,
        fallback,
        (type as { Map?: { hasher: string } }).Map?.hasher,
      ]),
    );
  }
});

Deno.test("the metadata has constants with the bytes of the 2021 runtime", async () => {
  const recorded = new Metadata(
    new TypeRegistry(),
    vectors.metadata_v13_hex as `0x${string}`,
  ).asV13.modules;
  for (const latest of (await servedMetadata()).values()) {
    let compared = 0;
    for (const { name, constants } of latest.pallets) {
      const before = recorded.find((module) => module.name.eq(name));
      for (const constant of constants) {
        // The version lists other runtime APIs, those that this chain serves.
        if (constant.name.toString() === "Version") continue;
        const value = before?.constants.find((one) => one.name.eq(constant.name))?.value;
        assert.equal(constant.value.toHex(), value?.toHex(), `${name}.${constant.name}`);
        compared++;
      }
    }
    assert.equal(compared, 9);
  }
});
