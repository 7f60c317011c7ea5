import assert from "node:assert/strict";
import fc from "fast-check";
import { devchain } from "../../lib/devchain/devchain.ts";
import { type Message, RpcSocket } from "./rpc_socket.ts";

/** Runs a property against one chain, and looks after each try whether another client is served. */
async function withBystander<T>(
  input: fc.Arbitrary<T>,
  attack: (rpc: RpcSocket, input: T) => Promise<void>,
): Promise<void> {
  await using chain = await devchain();
  await using attacker = await RpcSocket.open(chain.endpoint);
  await using bystander = await RpcSocket.open(chain.endpoint);
  await fc.assert(
    fc.asyncProperty(input, async (value) => {
      await attack(attacker, value);
      assert.equal(await bystander.result("system_chain"), "Development");
    }),
    { numRuns: 200 },
  );
  assert.equal(chain.block, 0);
}

/** Sends anything, and then a request whose answer must come, whatever is answered before. */
async function sendAnything(rpc: RpcSocket, message: string | Uint8Array<ArrayBuffer>) {
  rpc.send(message);
  rpc.send(JSON.stringify({ jsonrpc: "2.0", id: "last", method: "system_name" }));
  const internalError = -32603;
  for (let last = false; !last;) {
    const answer = await rpc.next() as Message;
    assert.notEqual(answer.error?.code, internalError, String(message));
    last = answer.id === "last";
  }
}

Deno.test("the socket survives random bytes", () =>
  withBystander(
    fc.uint8Array({ maxLength: 200 }),
    (rpc, bytes) => sendAnything(rpc, new Uint8Array(bytes)),
  ));

Deno.test("the socket survives random JSON", () => withBystander(fc.json(), sendAnything));

Deno.test("the socket survives random requests", async () => {
  await using chain = await devchain();
  await using rpc = await RpcSocket.open(chain.endpoint);
  const { methods } = await rpc.result("rpc_methods") as { methods: string[] };
  const hex = fc.uint8Array({ maxLength: 40 }).map((bytes) => `0x${bytes.toHex()}`);
  const param = fc.oneof(
    fc.jsonValue(),
    hex,
    fc.constant(chain.genesisHash),
    fc.array(hex, { maxLength: 3 }),
    fc.constantFrom("Core_version", "AccountNonceApi_account_nonce"),
  );
  const request = fc.record({
    jsonrpc: fc.constant("2.0"),
    id: fc.constantFrom(1, "text", null, undefined),
    // Mining is what the bystander would notice, and a million blocks take their time.
    method: fc.constantFrom(...methods.filter((name) => name !== "dev_mine")),
    params: fc.array(param, { maxLength: 4 }),
  });
  await withBystander(request.map((value) => JSON.stringify(value)), sendAnything);
});

Deno.test("the pool survives random extrinsics", () => {
  const account = `00${"11".repeat(32)}`;
  const signature = `01${"22".repeat(64)}`;
  const head = Uint8Array.fromHex(`84${account}${signature}`);
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 60 }).map((tail) => Uint8Array.of(...head, ...tail)),
    fc.tuple(fc.constantFrom(0, 2, 5, 9), fc.nat(3), fc.uint8Array({ maxLength: 60 }))
      .map(([pallet, call, args]) => Uint8Array.of(...head, 0, 0, 0, pallet, call, ...args)),
  );
  const extrinsic = body.map((bytes) => `0x${compactLength(bytes.length)}${bytes.toHex()}`);
  return withBystander(extrinsic, async (rpc, hex) => {
    for (const method of ["author_submitExtrinsic", "payment_queryInfo"]) {
      const { error } = await rpc.ask(method, hex);
      const fine = method === "payment_queryInfo" && error === undefined;
      assert(fine || [1002, 1010, 1011].includes(error?.code ?? 0), `${error?.code} for ${hex}`);
    }
  });
});

/** The SCALE length prefix of up to 16383 bytes. */
function compactLength(length: number): string {
  if (length < 64) return Uint8Array.of(length << 2).toHex();
  return Uint8Array.of(length << 2 & 0xff | 1, length >> 6).toHex();
}
