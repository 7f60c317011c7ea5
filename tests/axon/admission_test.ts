import assert from "node:assert/strict";
import type { BlacklistContext } from "../../lib/axon/axon_options.ts";
import type { RequestCaller } from "../../lib/axon/priority.ts";
import { keypairFromUri, verify } from "../../lib/wallet/keypair.ts";
import { join } from "../../lib/wire/pieces.ts";
import { RequestSigner } from "../../lib/wire/request_signer.ts";
import { encodeSignature } from "../../lib/wire/signature_field.ts";
import { encodeMessage, type TensorMessage } from "../../lib/wire/tensor_message.ts";
import { IDENTITY } from "../wire/identity.ts";
import { Client, encodedIds, localAxon, textRequest } from "./local_axon.ts";

const { address: RECEIVER } = await IDENTITY.hotkey();

/** Sends text requests that Alice signs. */
function signingClient(client: Client) {
  const hotkey = keypairFromUri("//Alice");
  const signer = new RequestSigner({ signatures: "verified", hotkey, verify });
  const request = { method: "Forward", tensors: [encodedIds(1n, 2n)], receiver: RECEIVER } as const;
  return {
    alice: hotkey.address,
    ask: (): Promise<TensorMessage> =>
      signer.exchange(request, (bytes) => client.send(join(bytes))),
  };
}

Deno.test("Axon knows callers that a signature proves", async () => {
  const seen: unknown[] = [];
  await using server = await localAxon({
    forwardText: (caller, _inputs, { verified }) => {
      seen.push([caller, verified]);
      return null;
    },
  }).start();
  seen.length = 0;
  using client = new Client(server.port);
  const { alice, ask } = signingClient(client);
  await client.ask(textRequest(alice));
  await ask();
  await ask();
  assert.deepEqual(seen, [[alice, false], [alice, true], [alice, true]]);
  const { callers } = server.statistics();
  assert.deepEqual(Object.keys(callers).sort(), ["127.0.0.1", alice]);
  assert.equal(callers[alice]?.requests, 2);
});

Deno.test("Axon refuses unsigned requests when it is told so, and counts them", async () => {
  await using server = await localAxon({ signatures: "required" }).start();
  using client = new Client(server.port);
  assert.equal(await client.code(), "SenderUnknown");
  assert.equal((await signingClient(client).ask()).returnCode, 0);
  assert.deepEqual(server.statistics().refused, { unsigned: 1 });
});

Deno.test("Axon asks the blacklist before it reads a tensor", async () => {
  const asked: [RequestCaller, BlacklistContext][] = [];
  const verdicts = [true, false, "You again", Promise.resolve("Later"), Promise.resolve(false)];
  await using server = await localAxon({
    blacklist: (caller, context) => {
      asked.push([caller, context]);
      return verdicts[asked.length - 1] ?? false;
    },
  }).start();
  using client = new Client(server.port);
  const unreadable = [Uint8Array.fromHex("08781a02010330043802")];
  const request = join(encodeMessage({ hotkey: "5Caller", tensors: [unreadable] }));
  const answers = [];
  for (let times = 0; times < 5; times++) {
    const { returnCode, message } = await client.ask(request);
    answers.push([returnCode, message.split(":")[0]]);
  }
  assert.deepEqual(answers, [
    [20, "This axon does not answer you"],
    [13, "Request deserialization exception"],
    [20, "You again"],
    [20, "Later"],
    [13, "Request deserialization exception"],
  ]);
  assert.equal(asked[0]?.[0].hotkey, "5Caller");
  assert.equal(asked[0]?.[0].verified, false);
  assert.deepEqual(asked[0]?.[1], { method: "Forward", modality: 2, peerIp: "127.0.0.1" });
  assert.deepEqual(server.statistics().refused, { blacklist: 3 });
  const empty = join(encodeMessage({ hotkey: "" }));
  await client.ask(empty, { method: "Backward" });
  assert.deepEqual(asked[5]?.[1], {
    method: "Backward",
    modality: undefined,
    peerIp: "127.0.0.1",
  });
});

Deno.test("Axon refuses everyone when the blacklist fails", async () => {
  const failures = [
    () => {
      throw new Error("secret");
    },
    () => Promise.reject(new Error("secret")),
  ];
  for (const blacklist of failures) {
    await using server = await localAxon({ blacklist }).start();
    using client = new Client(server.port);
    const { returnCode, message } = await client.ask();
    assert.equal(returnCode, 21);
    assert.equal(message, "The request cannot be checked");
  }
});

Deno.test("Axon gives up a request whose blacklist does not answer", async () => {
  await using server = await localAxon({
    timeoutMs: 20,
    blacklist: () => new Promise(() => {}),
  }).start();
  using client = new Client(server.port);
  assert.equal(await client.code(), "NucleusTimeout");
});

Deno.test("Axon limits the requests of one address, whatever names they give", async () => {
  await using server = await localAxon({ maximumRequestsPerSecond: 0.001 }).start();
  using client = new Client(server.port);
  assert.equal(await client.code(textRequest("5One")), "Success");
  const { returnCode, message } = await client.ask(textRequest("5Two"));
  assert.equal(returnCode, 17);
  assert.equal(message, "You ask more often than this axon allows");
  assert.deepEqual(server.statistics().refused, { "rate-limit": 1 });
});

Deno.test("Axon limits a caller with a session apart from its address", async () => {
  await using server = await localAxon({ maximumRequestsPerSecond: 0.001 }).start();
  using client = new Client(server.port);
  const { ask } = signingClient(client);
  // The first is signed by the hotkey and counts for the address; it opens a session.
  assert.equal((await ask()).returnCode, 0);
  assert.equal(await client.code(), "NucleusFull");
  assert.equal((await ask()).returnCode, 0);
  assert.equal((await ask()).returnCode, 17);
});

Deno.test("Axon limits who claims a session by its address", async () => {
  await using server = await localAxon({ maximumRequestsPerSecond: 0.001 }).start();
  using client = new Client(server.port);
  const claim = join(encodeMessage({
    hotkey: keypairFromUri("//Alice").address,
    nounce: 1n,
    signature: encodeSignature({
      form: "session",
      sessionId: new Uint8Array(16),
      code: new Uint8Array(32),
    }),
    tensors: [encodedIds(1n, 2n)],
  }));
  assert.equal(await client.code(claim), "SenderUnknown");
  assert.equal(await client.code(claim), "NucleusFull");
  assert.deepEqual(server.statistics().refused, { "unknown-session": 1, "rate-limit": 1 });
});

Deno.test("Axon refuses a tensor of too many elements before it is converted", async () => {
  await using server = await localAxon({ maximumElements: 2 }).start();
  using client = new Client(server.port);
  const request = (...ids: bigint[]) =>
    join(encodeMessage({ hotkey: "", tensors: [encodedIds(...ids)] }));
  assert.equal(await client.code(request(1n, 2n)), "Success");
  const { message } = await client.ask(request(1n, 2n, 3n));
  assert.equal(
    message,
    "Request deserialization exception: the tensor has 3 elements, of at most 2",
  );
  // The shape [1, -1] is whatever the buffer holds: 1a 0b 01 ff… is that field.
  const open = Uint8Array.fromHex("1a0b01ffffffffffffffffff01");
  const inferred = (...ids: bigint[]) => {
    const [version, ...rest] = encodedIds(...ids);
    // Field 3 as the last piece, after the one with [1, n] was cut off.
    const [dims] = rest.slice(-1);
    assert(version !== undefined && dims !== undefined);
    const tensor = [version, ...rest.slice(0, -1), open, dims.subarray(4)];
    return join(encodeMessage({ hotkey: "", tensors: [tensor] }));
  };
  assert.equal(await client.code(inferred(1n, 2n)), "Success");
  assert.equal(await client.code(inferred(1n, 2n, 3n)), "RequestDeserializationException");
});

Deno.test("Axon refuses a message that is too long", async () => {
  const request = textRequest();
  await using server = await localAxon({ maximumMessageBytes: request.length }).start();
  using client = new Client(server.port);
  assert.equal(await client.code(request), "Success");
  await assert.rejects(client.send(textRequest("5Caller ")), { message: "RESOURCE_EXHAUSTED" });
});

Deno.test("Axon counts what is no message", async () => {
  await using server = await localAxon().start();
  using client = new Client(server.port);
  await assert.rejects(client.send(Uint8Array.fromHex("ffffff")), { message: "INTERNAL" });
  assert.deepEqual(server.statistics().refused, { "malformed-message": 1 });
});
