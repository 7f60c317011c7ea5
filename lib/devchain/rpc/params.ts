/** Arguments of RPC methods, checked as they are taken. */

import { blake2_256 } from "../scale/crypto.ts";
import { fromHex, type Hex, toHex } from "../scale/hex.ts";
import { invalidParams } from "./rpc_error.ts";

/** The prefix may be missing, as for Substrate. */
const HEX = /^(?:0x)?((?:[0-9a-f]{2})*)$/i;
const HASH_LENGTH = 66;

/** The arguments of one request, by position. */
export class Params {
  readonly #values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  /** Whether there is an argument; `null` is none. */
  has(position: number): boolean {
    return (this.#values[position] ?? null) !== null;
  }

  /** Whatever the argument is. */
  value(position: number): unknown {
    return this.#values[position];
  }

  /** Hexadecimal text, in lower case. @throws {RpcError} */
  hex(position: number): Hex {
    return asHex(this.#values[position]);
  }

  /** The bytes of hexadecimal text. @throws {RpcError} */
  bytes(position: number): Uint8Array {
    return fromHex(this.hex(position));
  }

  /** Different hexadecimal texts, in the order of a list that may repeat them. @throws {RpcError} */
  hexSet(position: number): readonly Hex[] {
    return [...new Set(this.#list(position).map(asHex))];
  }

  /** Hashes of extrinsics, each given as `{ hash }` or as `{ extrinsic }`. @throws {RpcError} */
  extrinsicHashes(position: number): readonly Hex[] {
    return this.#list(position).map(asExtrinsicHash);
  }

  /** The hash of a block, if it is given. @throws {RpcError} */
  optionalHash(position: number): Hex | undefined {
    return this.has(position) ? this.hash(position) : undefined;
  }

  /** A hash. @throws {RpcError} */
  hash(position: number): Hex {
    const hash = this.hex(position);
    if (hash.length !== HASH_LENGTH) throw invalidParams("expected a hash of 32 bytes");
    return hash;
  }

  /** A number, also as hexadecimal text. @throws {RpcError} */
  number(position: number): number {
    return asNumber(this.#values[position]);
  }

  /** One number or a list of them. @throws {RpcError} */
  numberOrList(position: number): number | readonly number[] {
    const value = this.#values[position];
    return Array.isArray(value) ? value.map(asNumber) : asNumber(value);
  }

  /** A text. @throws {RpcError} */
  text(position: number): string {
    const value = this.#values[position];
    if (typeof value !== "string") throw invalidParams("expected a text");
    return value;
  }

  #list(position: number): readonly unknown[] {
    const values = this.#values[position];
    if (!Array.isArray(values)) throw invalidParams("expected a list");
    return values;
  }
}

function asHex(value: unknown): Hex {
  const digits = typeof value === "string" ? HEX.exec(value)?.[1] : undefined;
  if (digits === undefined) throw invalidParams("expected hexadecimal text");
  return `0x${digits.toLowerCase()}`;
}

function asExtrinsicHash(value: unknown): Hex {
  if (typeof value === "object" && value !== null) {
    if ("hash" in value) return asHex(value.hash);
    if ("extrinsic" in value) return toHex(blake2_256(fromHex(asHex(value.extrinsic))));
  }
  throw invalidParams("expected { hash } or { extrinsic }");
}

function asNumber(value: unknown): number {
  const number = typeof value === "string" && /^0x[0-9a-f]{1,8}$/i.test(value)
    ? Number(value)
    : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0) return number;
  throw invalidParams("expected a number");
}
