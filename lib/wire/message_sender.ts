/** Sends messages of gRPC over HTTP/2, a little at a time, from memory that is used again. */

import type { Writable } from "node:stream";
import { type Pieces, totalLength } from "./pieces.ts";

/** What precedes a message: whether it is compressed, which ours never are, and its length. */
const PREFIX_BYTES = 5;

/**
 * How much is handed over at a time, in bytes.
 *
 * The runtime copies what it is handed. For a megabyte it takes fresh memory from the system each
 * time, page by page; so little fits into what was freed just before.
 */
const PART_BYTES = 64 * 1024;

/** Most memory that is kept for later messages, in bytes. */
const MOST_IDLE_BYTES = 32 * 1024 * 1024;

/** Sends messages. */
export class MessageSender {
  /** Memory that no message uses; what was used last is last. */
  readonly #idle: ArrayBuffer[] = [];
  #idleBytes = 0;

  /**
   * Sends a message as fast as the peer reads it.
   *
   * It is copied before this returns. The promise resolves when the last of it is handed over, or
   * cannot be: the stream may be ended then.
   */
  async send(stream: Writable, message: Pieces): Promise<void> {
    const frame = this.#fill(message);
    let start = 0;
    for (; start + PART_BYTES < frame.length; start += PART_BYTES) {
      if (!await written(stream, frame.subarray(start, start + PART_BYTES))) return;
    }
    if (!stream.writable) return;
    stream.write(frame.subarray(start), (error) => {
      if (!error) this.#keep(frame.buffer);
    });
  }

  /** Lets go of the memory that is kept. */
  clear(): void {
    this.#idle.length = 0;
    this.#idleBytes = 0;
  }

  /** The message as it goes over the wire. */
  #fill(message: Pieces): Uint8Array<ArrayBuffer> {
    const length = totalLength(message);
    const buffer = this.#take(PREFIX_BYTES + length);
    const frame = new Uint8Array(buffer, 0, PREFIX_BYTES + length);
    frame[0] = 0;
    new DataView(buffer).setUint32(1, length);
    let offset = PREFIX_BYTES;
    for (const piece of message) {
      frame.set(piece, offset);
      offset += piece.length;
    }
    return frame;
  }

  /** Memory for so many bytes: what was used last of what is kept and not far too large. */
  #take(length: number): ArrayBuffer {
    const rounded = Math.ceil(length / PART_BYTES) * PART_BYTES;
    const index = this.#idle.findLastIndex(({ byteLength }) =>
      byteLength >= rounded && byteLength <= 2 * rounded
    );
    if (index < 0) return new ArrayBuffer(rounded);
    const [buffer] = this.#idle.splice(index, 1) as [ArrayBuffer];
    this.#idleBytes -= buffer.byteLength;
    return buffer;
  }

  #keep(buffer: ArrayBuffer): void {
    this.#idle.push(buffer);
    this.#idleBytes += buffer.byteLength;
    while (this.#idleBytes > MOST_IDLE_BYTES) {
      this.#idleBytes -= this.#idle.shift()?.byteLength ?? 0;
    }
  }
}

/** Writes to a stream; resolves when it takes more, to whether it does. */
function written(stream: Writable, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (!stream.writable) return resolve(false);
    stream.write(bytes, (error) => resolve(!error));
  });
}
