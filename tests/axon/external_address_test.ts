import assert from "node:assert/strict";
import { externalAddress } from "../../lib/axon/external_address.ts";

const LOCAL_CHAINS = [
  "ws://127.0.0.1:9944",
  "ws://localhost:9944",
  "ws://[::1]:9944",
  "ws://127.8.8.8",
];
const REMOTE_CHAIN = "wss://main.example:443";

Deno.test("externalAddress() takes the address that the user gives", () => {
  for (const chainEndpoint of [...LOCAL_CHAINS, REMOTE_CHAIN]) {
    const options = { chainEndpoint, boundIp: "::" };
    assert.equal(externalAddress({ ...options, externalIp: "203.0.113.7" }), "203.0.113.7");
    assert.throws(() => externalAddress({ ...options, externalIp: "here" }), {
      code: "ip/invalid",
    });
  }
});

Deno.test("externalAddress() is 127.0.0.2 on a chain of this machine when all addresses listen", () => {
  for (const chainEndpoint of LOCAL_CHAINS) {
    for (const boundIp of ["::", "0.0.0.0", "127.0.0.2", "0:0::0"]) {
      assert.equal(externalAddress({ chainEndpoint, boundIp }), "127.0.0.2");
    }
  }
});

Deno.test("externalAddress() is the axon's own address on a chain of this machine", () => {
  const [chainEndpoint] = LOCAL_CHAINS;
  assert(chainEndpoint !== undefined);
  assert.equal(externalAddress({ chainEndpoint, boundIp: "127.0.0.9" }), "127.0.0.9");
  assert.equal(externalAddress({ chainEndpoint, boundIp: "192.0.2.4" }), "192.0.2.4");
});

Deno.test("externalAddress() rejects an address that the chain refuses", () => {
  const [chainEndpoint] = LOCAL_CHAINS;
  assert(chainEndpoint !== undefined);
  for (const boundIp of ["127.0.0.1", "::1", "0:0::1"]) {
    assert.throws(() => externalAddress({ chainEndpoint, boundIp }), { code: "axon/external-ip" });
  }
});

Deno.test("externalAddress() must be told the address for a chain elsewhere", () => {
  for (const boundIp of ["::", "127.0.0.2", "192.0.2.4"]) {
    assert.throws(() => externalAddress({ chainEndpoint: REMOTE_CHAIN, boundIp }), {
      code: "axon/external-ip",
      hint: "pass externalIp, the public address of this machine",
    });
  }
});
