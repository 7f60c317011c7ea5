import assert from "node:assert/strict";
import { findNetwork, withoutCredentials } from "../../lib/chain/networks.ts";

Deno.test("findNetwork() takes a name or a WebSocket URL", () => {
  assert.deepEqual(findNetwork("local"), { name: "local", endpoint: "ws://127.0.0.1:9944" });
  const endpoint = "wss://node.example:443/path";
  assert.deepEqual(findNetwork(endpoint), { name: endpoint, endpoint });
});

for (const network of ["", "nowhere", "http://127.0.0.1:9944", "ws://", "127.0.0.1:9944"]) {
  Deno.test(`findNetwork() refuses ${JSON.stringify(network)}`, () => {
    assert.throws(() => findNetwork(network), {
      code: "chain/unknown-network",
      message: /neither a name nor a WebSocket URL/,
    });
  });
}

Deno.test("findNetwork() says that the historic networks are gone", () => {
  assert.throws(() => findNetwork("akatsuki"), { message: /akatsuki stopped years ago/ });
});

Deno.test("findNetwork() keeps credentials out of the name", () => {
  const { name, endpoint } = findNetwork("wss://user:secret@node.example/");
  assert.equal(endpoint, "wss://user:secret@node.example/");
  assert.equal(name, "wss://node.example/");
  assert.equal(withoutCredentials("ws://127.0.0.1:9944"), "ws://127.0.0.1:9944");
});
