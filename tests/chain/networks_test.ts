import assert from "node:assert/strict";
import { findNetwork, withoutCredentials } from "../../lib/chain/networks.ts";

Deno.test("findNetwork() takes a name, a WebSocket URL, or several", () => {
  assert.deepEqual(findNetwork("local"), { name: "local", endpoints: ["ws://127.0.0.1:9944"] });
  const endpoint = "wss://node.example:443/path";
  assert.deepEqual(findNetwork(endpoint), { name: endpoint, endpoints: [endpoint] });
  const other = "ws://other.example";
  assert.deepEqual(findNetwork(`${endpoint}, ${other}`), {
    name: endpoint,
    endpoints: [endpoint, other],
  });
});

for (const network of ["finney", "test", "archive"]) {
  Deno.test(`findNetwork() knows ${network}`, () => {
    const { name, endpoints } = findNetwork(network);
    assert.equal(name, network);
    assert.match(endpoints[0] ?? "", /^wss:\/\/.*\.opentensor\.ai:443$/);
  });
}

for (
  const network of ["", "nowhere", "http://127.0.0.1:9944", "ws://", "127.0.0.1", "local,test"]
) {
  Deno.test(`findNetwork() refuses ${JSON.stringify(network)}`, () => {
    assert.throws(() => findNetwork(network), {
      code: "chain/unknown-network",
      message: /neither a name nor a WebSocket URL/,
    });
  });
}

for (const network of ["akatsuki", "kusanagi"]) {
  Deno.test(`findNetwork() says that ${network} is gone`, () => {
    assert.throws(() => findNetwork(network), {
      code: "chain/unknown-network",
      message: `Cannot connect to ${network}: its chain stopped years ago`,
    });
  });
}

Deno.test("findNetwork() takes host and port, as the seed era wrote endpoints", () => {
  assert.deepEqual(findNetwork("127.0.0.1:9944").endpoints, ["ws://127.0.0.1:9944"]);
  assert.deepEqual(findNetwork("[::1]:9944,node.example:80"), {
    name: "ws://[::1]:9944",
    endpoints: ["ws://[::1]:9944", "ws://node.example:80"],
  });
});

Deno.test("findNetwork() keeps credentials out of its error", () => {
  assert.throws(() => findNetwork("http://user:secret@node.example"), (error) => {
    assert.match(Deno.inspect(error), /http:\/\/node\.example/);
    assert.doesNotMatch(Deno.inspect(error), /secret/);
    return true;
  });
});

Deno.test("findNetwork() keeps credentials out of the name", () => {
  const { name, endpoints } = findNetwork("wss://user:secret@node.example/");
  assert.deepEqual(endpoints, ["wss://user:secret@node.example/"]);
  assert.equal(name, "wss://node.example/");
  assert.equal(withoutCredentials("ws://127.0.0.1:9944"), "ws://127.0.0.1:9944");
});
