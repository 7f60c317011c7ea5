/** Eras: for which blocks a signed extrinsic is valid. */

import { customType, field, type ScaleType, u8 } from "../scale/scale_type.ts";

/** The blocks in which an extrinsic is valid: all, or a window that repeats every `period` blocks. */
export type Era = "immortal" | MortalEra;

/** A window of `period` blocks, a power of two from 4 to 65536, that starts at `phase` in it. */
export interface MortalEra {
  readonly period: number;
  readonly phase: number;
}

/** The block whose hash the signer signed: the last start of the window, seen from `current`. */
export function eraBirth(era: Era, current: number): number {
  if (era === "immortal") return 0;
  const { period, phase } = era;
  return Math.floor((Math.max(current, phase) - phase) / period) * period + phase;
}

/** The first block in which an extrinsic signed for the window around `current` is no more valid. */
export function eraDeath(era: Era, current: number): number {
  return era === "immortal" ? Infinity : eraBirth(era, current) + era.period;
}

/** The SCALE type: one byte 0, or two bytes with the period in the low four bits. */
export function createEraType(): ScaleType<Era> {
  return customType<Era>({
    path: "sp_runtime::generic::era::Era",
    encode: (era) => era === "immortal" ? Uint8Array.of(0) : encodeMortal(era),
    decode: (next) => {
      const first = next(u8);
      return first === 0 ? "immortal" : decodeMortal(first | next(u8) << 8);
    },
    define: (numberOf) => ({
      tag: "variant",
      value: Array.from({ length: 256 }, (_, index) => ({
        name: index === 0 ? "Immortal" : `Mortal${index}`,
        fields: index === 0 ? [] : [field(numberOf(u8))],
        index,
        docs: [],
      })),
    }),
  });
}

/** Phases of long periods are multiples of this, so that they fit into twelve bits. */
function quantum(period: number): number {
  return Math.max(period >> 12, 1);
}

function encodeMortal({ period, phase }: MortalEra): Uint8Array {
  const encoded = Math.min(Math.max(Math.log2(period) - 1, 1), 15) | phase / quantum(period) << 4;
  return Uint8Array.of(encoded & 0xff, encoded >> 8);
}

function decodeMortal(encoded: number): MortalEra {
  const period = 2 << (encoded & 15);
  const phase = (encoded >> 4) * quantum(period);
  if (period < 4 || phase >= period) throw new RangeError("era is out of range");
  return { period, phase };
}
