/** Protobuf fields from peers: each of the wire type that is declared, none without bounds. */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Most fields of one message, unknown ones included: millions of them would take seconds to read. */
const MAX_FIELDS = 256;

/**
 * A cursor over the fields of one protobuf message.
 *
 * Every method throws a `RangeError` for another wire type than it reads and at the end of the bytes:
 * a reader that goes by the declaration alone would find other fields in the same bytes.
 */
export class FieldReader {
  readonly #reader: BinaryReader;
  #type = WireType.Varint;
  #number = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes);
  }

  /** The number of the next field, whose value must then be read; 0 at the end. */
  next(): number {
    const reader = this.#reader;
    if (reader.pos >= reader.len) return 0;
    if (++this.#count > MAX_FIELDS) throw new RangeError(`more than ${MAX_FIELDS} fields`);
    [this.#number, this.#type] = reader.tag();
    return this.#number;
  }

  int32(): number {
    this.#expect(WireType.Varint);
    return this.#reader.int32();
  }

  int64(): bigint {
    this.#expect(WireType.Varint);
    return BigInt(this.#reader.int64());
  }

  bool(): boolean {
    this.#expect(WireType.Varint);
    return this.#reader.bool();
  }

  string(): string {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.string(true);
  }

  /** A view of the bytes. */
  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  /**
   * Adds the numbers of a list to `list`: one value, or all of them packed.
   *
   * @param most How many the list may have in the end.
   */
  int64s(list: bigint[], most: number): void {
    if (this.#type === WireType.Varint) {
      list.push(this.int64());
    } else {
      const packed = new BinaryReader(this.bytes());
      while (packed.pos < packed.len && list.length <= most) list.push(BigInt(packed.int64()));
    }
    if (list.length > most) throw new RangeError(`a list of more than ${most} numbers`);
  }

  /** Passes over a field that is of no use to us. */
  skip(): void {
    if (this.#type === WireType.StartGroup) throw new RangeError("a group, which no peer writes");
    this.#reader.skip(this.#type, this.#number);
  }

  #expect(type: WireType): void {
    if (this.#type === type) return;
    throw new RangeError(`field ${this.#number} has wire type ${this.#type}, not ${type}`);
  }
}
