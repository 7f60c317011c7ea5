import assert from "node:assert/strict";
import { type Tensor, zeros } from "../../lib/base/tensor.ts";
import { axon } from "../../lib/axon/axon.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { connect } from "../../lib/wire/grpc.ts";
import { decodeMessage } from "../../lib/wire/tensor_message.ts";
import { IDENTITY } from "../wire/identity.ts";
import { Client, isSample, localAxon, textRequest } from "./local_axon.ts";

/** The return code of one request over a connection of its own. */
async function ask(port: number, host = "127.0.0.1"): Promise<number> {
  const channel = connect(`${host}:${port}`);
  try {
    const answer = await channel.call("Forward", [textRequest()], { timeoutMs: 5_000 });
    return decodeMessage(answer).returnCode;
  } finally {
    await channel.close();
  }
}

Deno.test("Axon.start() listens on a free port and answers", async () => {
  await using server = localAxon();
  assert.equal(server.port, 0);
  assert.equal(await server.start(), server);
  assert(server.port > 0);
  assert.equal(await ask(server.port), ReturnCode.Success);
});

Deno.test("Axon prints where it listens", async () => {
  await using server = await localAxon().start();
  assert.equal(`${server}`, `Axon (${server.ip}:${server.port})`);
  assert.equal(Deno.inspect(server), `${server}`);
});

Deno.test("Axon.start() is not an error when the axon runs", async () => {
  await using server = await localAxon().start();
  const { port } = server;
  await Promise.all([server.start(), server.start()]);
  assert.equal(server.port, port);
  assert.equal(await ask(port), ReturnCode.Success);
});

Deno.test("Axon.start() revives a stopped axon on the same port", async () => {
  await using server = await localAxon().start();
  const { port } = server;
  for (let times = 0; times < 3; times++) {
    await server.stop();
    await assert.rejects(ask(port), { returnCode: ReturnCode.Unavailable });
    await server.start();
    assert.equal(server.port, port);
    assert.equal(await ask(port), ReturnCode.Success);
  }
});

Deno.test("Axon.start() waits for a stop that is under way", async () => {
  await using server = await localAxon().start();
  const stopped = server.stop();
  await server.start();
  await stopped;
  assert.equal(await ask(server.port), ReturnCode.Success);
});

Deno.test("Axon.start() listens on IPv6 and IPv4 by default", async () => {
  await using server = await localAxon({ ip: undefined }).start();
  assert.equal(server.ip, "[::]");
  for (const host of ["127.0.0.1", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]"]) {
    assert.equal(await ask(server.port, host), ReturnCode.Success);
  }
});

Deno.test("Axon.start() rejects when the port is in use, and may be tried again", async () => {
  const first = await localAxon().start();
  const { port } = first;
  await using second = localAxon({ port });
  await assert.rejects(second.start(), (error: Error & { code: string; hint: string }) => {
    assert.equal(error.code, "axon/port-in-use");
    assert.equal(
      error.message,
      `Cannot listen on port ${port} of 127.0.0.1: another program does`,
    );
    assert.equal(error.hint, "choose another port, or 0 for any free one");
    return true;
  });
  assert.equal(await ask(port), ReturnCode.Success);
  await first.stop();
  await second.start();
  assert.equal(await ask(port), ReturnCode.Success);
});

Deno.test("Axon.start() rejects when the address is not of this machine", async () => {
  await using server = localAxon({ ip: "192.0.2.1" });
  await assert.rejects(server.start(), { code: "axon/listen" });
});

Deno.test("Axon.start() rejects when the wallet does", async () => {
  const locked = new Error("locked");
  const wallet = { ...IDENTITY, hotkey: () => Promise.reject(locked) };
  await using server = axon({ wallet, port: 0 });
  await assert.rejects(server.start(), locked);
  await server.stop();
});

Deno.test("Axon.stop() may be called twice, and before a start", async () => {
  const server = localAxon();
  await server.stop();
  await server.start();
  await Promise.all([server.stop(), server.stop()]);
  assert.equal(await server.stop(), server);
});

Deno.test("Axon gives the caller and the inputs to its callback", async () => {
  const seen: unknown[] = [];
  await using server = await localAxon({
    forwardText: (caller, inputs, { signal }) => {
      seen.push(caller, inputs.type, inputs.dims, [...inputs.data], signal.aborted);
      return null;
    },
  }).start();
  seen.length = 0;
  assert.equal(await ask(server.port), ReturnCode.EmptyResponse);
  assert.deepEqual(seen, ["5Caller", "int64", [1, 2], [1n, 2n], false]);
});

Deno.test("Axon keeps serving after a callback threw", async () => {
  let times = 0;
  await using server = await localAxon({
    forwardText: (_caller, inputs) => {
      if (isSample(inputs)) return null;
      if (times++ === 0) throw new Error("secret path /home/alice");
      return zeros([1, 2, NETWORK_DIM]);
    },
  }).start();
  using client = new Client(server.port);
  const failed = await client.ask();
  assert.equal(failed.returnCode, ReturnCode.UnknownException);
  assert.equal(failed.message, "Error calling forward callback");
  assert.equal(await client.code(), "Success");
});

Deno.test("Axon refuses requests above the limit at once", async () => {
  const release = Promise.withResolvers<Tensor>();
  const started = Promise.withResolvers<void>();
  await using server = await localAxon({
    maximumConcurrentRpcs: 1,
    forwardText: (_caller, inputs) => {
      if (isSample(inputs)) return null;
      started.resolve();
      return release.promise;
    },
  }).start();
  const first = ask(server.port);
  await started.promise;
  await assert.rejects(ask(server.port), { message: "gRPC status RESOURCE_EXHAUSTED" });
  release.resolve(zeros([1, 2, NETWORK_DIM]));
  assert.equal(await first, ReturnCode.Success);
  assert.equal(await ask(server.port), ReturnCode.Success);
});

Deno.test("Axon.subscribe() refuses an axon that has no port yet", async () => {
  await assert.rejects(localAxon().subscribe(), { code: "axon/external-port" });
});

Deno.test("Axon takes the next request as soon as it answered one, and aborts no callback that did", async () => {
  const signals: AbortSignal[] = [];
  await using server = await localAxon({
    maximumConcurrentRpcs: 1,
    forwardText: (_caller, inputs, { signal }) => {
      if (isSample(inputs)) return null;
      signals.push(signal);
      return zeros([1, 2, NETWORK_DIM]);
    },
  }).start();
  for (let request = 0; request < 50; request++) {
    assert.equal(await ask(server.port), ReturnCode.Success);
  }
  await server.stop();
  assert.deepEqual(signals.map(({ aborted }) => aborted), Array(50).fill(false));
});
