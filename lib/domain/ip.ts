/** IP addresses as the chain stores them: an integer and a family. */

import ipaddr from "ipaddr.js";
import { BittensorError } from "../base/errors.ts";

/** An address family, with the number that the chain stores. */
export type IpType = 4 | 6;

/** An IP address as the chain stores it. */
export interface ChainIp {
  /** The address as an unsigned integer in network byte order: 1.2.3.4 is 0x01020304. */
  readonly value: bigint;
  readonly type: IpType;
}

/**
 * Reads an IPv4 address in four decimal parts, or an IPv6 address.
 *
 * The seed era also took octal and shortened IPv4 (`010.1`), where a typing error silently becomes
 * another host; we do not.
 *
 * @throws {BittensorError} `ip/invalid` for anything else, host names included.
 */
export function parseIp(text: string): ChainIp {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { value: toInteger(ipaddr.IPv4.parse(text).toByteArray()), type: 4 };
  }
  const ipv6 = withoutEmbeddedIpv4(text);
  if (!/[%.]/.test(ipv6) && ipaddr.IPv6.isValid(ipv6)) {
    return { value: toInteger(ipaddr.IPv6.parse(ipv6).toByteArray()), type: 6 };
  }
  throw new BittensorError("ip/invalid", `Cannot read ${text} as an IP address`, {
    hint: "write an IPv4 address such as 203.0.113.7, or an IPv6 address such as 2001:db8::7",
  });
}

/**
 * The text of an address on chain; IPv6 as RFC 5952 writes it.
 *
 * @throws {RangeError} If the integer does not fit the family.
 */
export function formatIp({ value, type }: ChainIp): string {
  const length = type === 4 ? 4 : 16;
  if (value < 0n || value >= 1n << BigInt(8 * length)) {
    throw new RangeError(`Cannot format ${value} as an IPv${type} address: it is out of range`);
  }
  const bytes = Array.from(
    { length },
    (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 0xffn),
  );
  if (type === 4) return new ipaddr.IPv4(bytes).toString();
  const ip = new ipaddr.IPv6(bytes);
  return ip.isIPv4MappedAddress() ? `::ffff:${ip.toIPv4Address()}` : ip.toRFC5952String();
}

/**
 * Writes an IPv4 address at the end of an IPv6 address in hexadecimal; one that is malformed stays.
 *
 * ipaddr.js takes octal parts there, and reads `::1.2.3.4` as `::ffff:1.2.3.4`.
 */
function withoutEmbeddedIpv4(text: string): string {
  const start = text.lastIndexOf(":") + 1;
  const tail = text.slice(start);
  if (!ipaddr.IPv4.isValidFourPartDecimal(tail)) return text;
  const value = toInteger(ipaddr.IPv4.parse(tail).toByteArray());
  return `${text.slice(0, start)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function toInteger(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => value << 8n | BigInt(byte), 0n);
}
