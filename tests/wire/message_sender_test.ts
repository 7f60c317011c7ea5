import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type ServerHttp2Stream,
} from "node:http2";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { delay } from "../../lib/base/deadline.ts";
import { MessageSender } from "../../lib/wire/message_sender.ts";

/** A call over HTTP/2: the server's stream, and the client's that reads it. */
interface Call {
  readonly stream: ServerHttp2Stream;
  readonly reader: ClientHttp2Stream;
}

/** A server and a client of node:http2 itself. */
class Connection implements AsyncDisposable {
  readonly #server = createServer();
  #client: ClientHttp2Session | undefined;

  async open(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    assert(typeof address === "object" && address !== null);
    this.#client = connect(`http://127.0.0.1:${address.port}`);
    await once(this.#client, "connect");
    return this;
  }

  async call(): Promise<Call> {
    assert(this.#client !== undefined);
    const reader = this.#client.request({ ":path": "/" });
    const [stream] = await once(this.#server, "stream");
    stream.on("error", () => {});
    stream.respond({ ":status": 200 });
    return { stream, reader };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#client?.destroy();
    this.#server.close();
    await closed;
  }
}

/** Bytes that differ from place to place, and by seed. */
function bytes(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index * 31 + (index >> 8) + seed);
}

function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Whether a promise settles within a while. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true);
  await delay(100);
  return settled;
}

Deno.test("send() frames messages of every length, one after the other in the same memory", async () => {
  await using connection = await new Connection().open();
  const sender = new MessageSender();
  const part = 64 * 1024;
  for (const length of [3 * part, 0, 1, part - 6, part - 5, part - 4, part, 2 * part - 5, 1e6, 7]) {
    const message = bytes(length, length);
    const { stream, reader } = await connection.call();
    const received = buffer(reader as Readable);
    await sender.send(stream, [message.subarray(0, length >> 1), message.subarray(length >> 1)]);
    stream.end();
    assert.deepEqual(await received, framed(message), `${length} bytes`);
  }
});

Deno.test("send() keeps messages apart that are sent at the same time", async () => {
  await using connection = await new Connection().open();
  const sender = new MessageSender();
  for (let round = 0; round < 3; round++) {
    const calls: Call[] = [];
    for (let index = 0; index < 8; index++) calls.push(await connection.call());
    await Promise.all(calls.map(async ({ stream, reader }, index) => {
      const message = bytes(200_000 + index, 8 * round + index);
      const received = buffer(reader as Readable);
      await sender.send(stream, [message]);
      stream.end();
      assert.deepEqual(await received, framed(message));
    }));
  }
});

Deno.test("send() copies the message, and waits for a peer that does not read", async () => {
  await using connection = await new Connection().open();
  const { stream, reader } = await connection.call();
  reader.pause();
  const message = bytes(1_000_000);
  const expected = framed(message);
  const sending = new MessageSender().send(stream, [message]);
  message.fill(0);
  assert.equal(await settles(sending), false);
  const received = buffer(reader as Readable);
  await sending;
  stream.end();
  assert.deepEqual(await received, expected);
});

Deno.test("send() lets others be answered when a peer leaves in between", async () => {
  await using connection = await new Connection().open();
  const sender = new MessageSender();
  const left = await connection.call();
  left.reader.pause();
  left.reader.on("error", () => {});
  const sending = sender.send(left.stream, [bytes(1_000_000)]);
  const closed = once(left.stream, "close");
  left.reader.close(constants.NGHTTP2_CANCEL);
  await closed;
  await sending;
  await sender.send(left.stream, [bytes(10)]);
  const { stream, reader } = await connection.call();
  const message = bytes(1_000_000, 1);
  const received = buffer(reader as Readable);
  await sender.send(stream, [message]);
  stream.end();
  assert.deepEqual(await received, framed(message));
});
