/** Reads the few MessagePack forms that a serialized NumPy array consists of. */

import { BittensorError } from "../base/errors.ts";

/** Characters of a text that are read: type strings and keys are shorter. */
const LONGEST_TEXT = 32;

/**
 * A cursor over MessagePack bytes.
 *
 * Every method throws a {@linkcode BittensorError} `wire/tensor` for another form than it names and
 * at the end of the bytes. Nothing is allocated before its length is known to be there.
 */
export class MsgpackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether all bytes were read. */
  get done(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** Number of entries of a map of at most 15. */
  mapLength(): number {
    return this.#header(0x80, 0x8f, "a map of at most 15 entries");
  }

  /** Number of items of an array of at most 15. */
  arrayLength(): number {
    return this.#header(0x90, 0x9f, "an array of at most 15 items");
  }

  boolean(): boolean {
    const form = this.#uint(1);
    if (form !== 0xc2 && form !== 0xc3) throw unexpected(form, "true or false");
    return form === 0xc3;
  }

  /** A view of binary data, whose length has 8, 16 or 32 bits. */
  binary(): Uint8Array {
    return this.#take(this.#binaryLength());
  }

  /** ASCII text, given as text or as binary data; of a longer one only the start. */
  text(): string {
    const form = this.#peek();
    const short = form >= 0xa0 && form <= 0xbf;
    return this.#ascii(short ? this.#header(0xa0, 0xbf, "text") : this.#binaryLength());
  }

  /** ASCII text, given as binary data; of a longer one only the start. */
  binaryText(): string {
    return this.#ascii(this.#binaryLength());
  }

  /** A non-negative integer of at most 32 bits. */
  unsigned(): number {
    const form = this.#uint(1);
    if (form <= 0x7f) return form;
    if (form < 0xcc || form > 0xce) throw unexpected(form, "an integer from 0 to 4294967295");
    return this.#uint(1 << (form - 0xcc));
  }

  #binaryLength(): number {
    const form = this.#uint(1);
    if (form < 0xc4 || form > 0xc6) throw unexpected(form, "binary data");
    return this.#uint(1 << (form - 0xc4));
  }

  #ascii(length: number): string {
    this.#need(length);
    const start = this.#offset;
    this.#offset += length;
    let text = "";
    const end = start + Math.min(length, LONGEST_TEXT);
    for (let at = start; at < end; at++) text += String.fromCharCode(this.#bytes[at] ?? 0);
    return text;
  }

  #header(first: number, last: number, wanted: string): number {
    const form = this.#uint(1);
    if (form < first || form > last) throw unexpected(form, wanted);
    return form - first;
  }

  #peek(): number {
    this.#need(1);
    return this.#view.getUint8(this.#offset);
  }

  #uint(size: number): number {
    this.#need(size);
    const at = this.#offset;
    this.#offset += size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #take(length: number): Uint8Array {
    this.#need(length);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  #need(length: number): void {
    if (this.#offset + length > this.#bytes.length) {
      throw new BittensorError("wire/tensor", "Cannot decode the tensor: its buffer ends early");
    }
  }
}

function unexpected(form: number, wanted: string): BittensorError {
  return new BittensorError(
    "wire/tensor",
    `Cannot decode the tensor: its buffer has 0x${form.toString(16)} in place of ${wanted}`,
  );
}
