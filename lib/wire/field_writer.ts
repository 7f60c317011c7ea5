/** Protobuf fields for peers, written into one allocation where the library would make several. */

/** Bytes that hold a message but for its tensors' data, and the texts of failures. */
const CAPACITY = 256;

/** Longest text that is written letter by letter. */
const SHORT = 127;

/** Wire types of protobuf. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

const UTF8 = new TextEncoder();

/** Writes the fields of one protobuf message. Fields of 0 and empty ones are left out: see proto3. */
export class FieldWriter {
  #bytes = new Uint8Array(CAPACITY);
  #length = 0;
  /** Where the bytes begin that were not taken yet. */
  #start = 0;

  /** A number of 32 bits, a number of an enum, or a truth value. */
  int32(field: number, value: number | boolean): this {
    const number = Number(value);
    if (number === 0) return this;
    // Negative ones are extended to 64 bits.
    if (number < 0) return this.int64(field, BigInt(number));
    return this.#varint(field << 3 | VARINT).#varint(number);
  }

  int64(field: number, value: bigint): this {
    if (value === 0n) return this;
    this.#varint(field << 3 | VARINT).#reserve(10);
    // In pieces of 28 bits, which plain numbers hold: arithmetic of big integers takes a while.
    const low = Number(BigInt.asUintN(28, value));
    const middle = Number(BigInt.asUintN(28, value >> 28n));
    const high = Number(BigInt.asUintN(64, value) >> 56n);
    if (middle === 0 && high === 0) return this.#varint(low);
    this.#groups(low);
    if (high === 0) return this.#varint(middle);
    this.#groups(middle);
    return this.#varint(high);
  }

  string(field: number, text: string): this {
    if (text === "") return this;
    if (text.length > SHORT) return this.bytes(field, UTF8.encode(text));
    // Addresses and most messages are short and ASCII: no buffer of their own.
    const start = this.#length;
    this.header(field, text.length).#reserve(text.length);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.#length = start;
        return this.bytes(field, UTF8.encode(text));
      }
      this.#bytes[this.#length++] = code;
    }
    return this;
  }

  bytes(field: number, bytes: ArrayLike<number>): this {
    return bytes.length === 0 ? this : this.header(field, bytes.length).raw(bytes);
  }

  /** What precedes `length` bytes that make a field. */
  header(field: number, length: number): this {
    return this.#varint(field << 3 | LENGTH_DELIMITED).#varint(length);
  }

  /** Bytes as they are. */
  raw(bytes: ArrayLike<number>): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The bytes that were written since they were taken last. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#length);
    this.#start = this.#length;
    return taken;
  }

  #varint(value: number): this {
    this.#reserve(5);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = rest & 0x7f | 0x80;
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** Four bytes of seven bits each, with more to follow. */
  #groups(value: number): void {
    for (let shift = 0; shift < 28; shift += 7) {
      this.#bytes[this.#length++] = value >>> shift & 0x7f | 0x80;
    }
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#bytes.length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The numbers of a packed field: varints, one after the other. */
export function packed(numbers: readonly number[]): number[] {
  const bytes: number[] = [];
  for (const number of numbers) {
    let rest = number;
    for (; rest > 0x7f; rest >>>= 7) bytes.push(rest & 0x7f | 0x80);
    bytes.push(rest);
  }
  return bytes;
}
