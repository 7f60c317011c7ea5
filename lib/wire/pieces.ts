/** Messages in pieces, so that large data is copied once, into its final place. */

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Bytes that belong together and lie in several places. */
export type Pieces = readonly Uint8Array[];

/** The protobuf field whose value is `pieces`, joined: its tag, their length, and they. */
export function lengthDelimited(field: number, pieces: Pieces): Uint8Array[] {
  const header = new BinaryWriter().tag(field, WireType.LengthDelimited);
  return [header.uint32(totalLength(pieces)).finish(), ...pieces];
}

/** The pieces in one allocation. */
export function join(pieces: Pieces): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(totalLength(pieces));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

/** Number of bytes of all pieces. */
export function totalLength(pieces: Pieces): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}
