/** Messages in pieces, so that large data is copied once, into its final place. */

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** The protobuf field whose value is `pieces`, joined: its tag, their length, and they. */
export function lengthDelimited(field: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const header = new BinaryWriter().tag(field, WireType.LengthDelimited);
  return [header.uint32(totalLength(pieces)).finish(), ...pieces];
}

/** The pieces in one allocation. */
export function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(totalLength(pieces));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

function totalLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}
