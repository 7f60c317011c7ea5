/** Where the messages of a WebSocket connection begin and end, read off its bytes. */

/** Splits what one side of a WebSocket connection sends: its part of the handshake, then frames. */
export class WebSocketFrames {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #handshake = true;

  /** The handshake and the frames that are complete with these bytes, in order. */
  *push(bytes: Uint8Array): Generator<{ readonly bytes: Uint8Array; readonly isMessage: boolean }> {
    this.#bytes = joined(this.#bytes, bytes);
    while (true) {
      const length = this.#handshake ? this.#handshakeLength() : this.#frameLength();
      if (length === undefined || length > this.#bytes.length) return;
      const complete = this.#bytes.subarray(0, length);
      // Opcodes from 8 on are control frames: close, ping, pong.
      const isMessage = !this.#handshake && (complete[0]! & 0x0f) < 8;
      this.#bytes = this.#bytes.subarray(length);
      this.#handshake = false;
      yield { bytes: complete, isMessage };
    }
  }

  #handshakeLength(): number | undefined {
    const end = new TextDecoder("latin1").decode(this.#bytes).indexOf("\r\n\r\n");
    return end < 0 ? undefined : end + 4;
  }

  /** RFC 6455, section 5.2. */
  #frameLength(): number | undefined {
    if (this.#bytes.length < 2) return undefined;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    const isMasked = view.getUint8(1) >= 0x80;
    const short = view.getUint8(1) & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const header = 2 + lengthBytes + (isMasked ? 4 : 0);
    if (this.#bytes.length < header) return undefined;
    if (lengthBytes === 0) return header + short;
    return header + (lengthBytes === 2 ? view.getUint16(2) : Number(view.getBigUint64(2)));
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
