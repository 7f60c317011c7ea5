import assert from "node:assert/strict";
import { externalAddress, type ExternalAddressOptions } from "../../lib/axon/external_address.ts";

const LOCAL_CHAINS = [
  "ws://127.0.0.1:9944",
  "ws://localhost:9944",
  "ws://[::1]:9944",
  "ws://127.8.8.8",
];
const REMOTE_CHAIN = "wss://main.example:443";

/** Asks as a neuron that the network does not know. */
function find(options: Partial<ExternalAddressOptions>): Promise<string> {
  const defaults = { boundIp: "::", chainEndpoint: REMOTE_CHAIN };
  return externalAddress({
    ...defaults,
    subscribedIp: () => Promise.resolve(undefined),
    ...options,
  });
}

/** A service that answers each request like this. */
function service(answer: () => Response) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const url = new URL(`http://127.0.0.1:${server.addr.port}/`);
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("externalAddress() takes the address that the user gives", async () => {
  for (const chainEndpoint of [...LOCAL_CHAINS, REMOTE_CHAIN]) {
    assert.equal(await find({ chainEndpoint, externalIp: "203.0.113.7" }), "203.0.113.7");
    await assert.rejects(find({ chainEndpoint, externalIp: "here" }), { code: "ip/invalid" });
  }
});

Deno.test("externalAddress() is 127.0.0.2 on a chain of this machine when all addresses listen", async () => {
  for (const chainEndpoint of LOCAL_CHAINS) {
    for (const boundIp of ["::", "0.0.0.0", "127.0.0.2", "0:0::0"]) {
      assert.equal(await find({ chainEndpoint, boundIp }), "127.0.0.2");
    }
  }
});

Deno.test("externalAddress() is the axon's own address on a chain of this machine", async () => {
  const [chainEndpoint] = LOCAL_CHAINS;
  assert(chainEndpoint !== undefined);
  // What the chain knows does not count there.
  const subscribedIp = () => Promise.resolve("203.0.113.9");
  assert.equal(await find({ chainEndpoint, boundIp: "127.0.0.9", subscribedIp }), "127.0.0.9");
  assert.equal(await find({ chainEndpoint, boundIp: "192.0.2.4", subscribedIp }), "192.0.2.4");
});

Deno.test("externalAddress() rejects an address that the chain refuses", async () => {
  const [chainEndpoint] = LOCAL_CHAINS;
  assert(chainEndpoint !== undefined);
  for (const boundIp of ["127.0.0.1", "::1", "0:0::1"]) {
    await assert.rejects(find({ chainEndpoint, boundIp }), { code: "axon/external-ip" });
  }
});

Deno.test("externalAddress() is what the network knows, on a chain elsewhere", async () => {
  const subscribedIp = () => Promise.resolve("203.0.113.9");
  assert.equal(await find({ subscribedIp }), "203.0.113.9");
  assert.equal(await find({ subscribedIp, externalIp: "203.0.113.7" }), "203.0.113.7");
});

Deno.test("externalAddress() must be told the address for a chain elsewhere", async () => {
  for (const boundIp of ["::", "127.0.0.2", "192.0.2.4"]) {
    await assert.rejects(find({ boundIp }), {
      code: "axon/external-ip",
      hint: "pass externalIp, the public address of this machine",
    });
  }
});

Deno.test("externalAddress() asks the service that the user names", async () => {
  for (const text of ["203.0.113.7", " 203.0.113.7\n"]) {
    await using ip = service(() => new Response(text));
    assert.equal(await find({ externalIp: ip.url }), "203.0.113.7");
  }
});

Deno.test("externalAddress() rejects what a service answers that is no address", async () => {
  const answers = [
    () => new Response("<html>"),
    () => new Response(""),
    () => new Response("203.0.113.7", { status: 503 }),
    () => new Response("1".repeat(10_000_000)),
  ];
  for (const answer of answers) {
    await using ip = service(answer);
    await assert.rejects(find({ externalIp: ip.url }), { code: "axon/external-ip" });
  }
});

Deno.test("externalAddress() rejects when the service does not answer", async () => {
  const { url, ...gone } = service(() => new Response(""));
  await gone[Symbol.asyncDispose]();
  await assert.rejects(find({ externalIp: url }), { code: "axon/external-ip" });
  await assert.rejects(find({ externalIp: new URL("ftp://127.0.0.1/") }), TypeError);
});

Deno.test("externalAddress() waits for a service no longer than it may", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => promise,
  );
  const externalIp = new URL(`http://127.0.0.1:${server.addr.port}/`);
  await assert.rejects(find({ externalIp, timeoutMs: 20 }), {
    code: "axon/external-ip",
    message: `Cannot learn the address from ${externalIp.host}: it did not answer within 20 ms`,
  });
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const asked = find({ externalIp, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(asked, reason);
  resolve(new Response(""));
  await server.shutdown();
});
