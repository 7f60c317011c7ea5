/** Balances: whole numbers of rao, shown in tao. */

import { BittensorError } from "../base/errors.ts";
import type { Brand } from "./brand.ts";

/** An amount in rao, the smallest unit. */
export type Rao = Brand<bigint, "Rao">;

/** 1 tao = 10⁹ rao. */
export const RAO_PER_TAO = 1_000_000_000n;

/** Symbol of the unit, U+03C4. */
export const TAO_SYMBOL = "τ";

/** Asserts that a number of rao is an amount: arithmetic on balances ends with this. */
export function rao(amount: bigint): Rao {
  return amount as Rao;
}

/**
 * Reads a decimal amount of tao, exactly.
 *
 * @throws {BittensorError} `balance/invalid` if it is no plain decimal or has more than 9 decimals.
 *
 * @example Amounts are exact
 * ```ts
 * import { tao } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tao("1.001"), 1_001_000_000n);
 * ```
 */
export function tao(text: string): Rao {
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) {
    throw new BittensorError("balance/invalid", `Cannot read the amount ${text} as tao`, {
      hint: "write a decimal number with at most 9 decimals, such as 1.5",
    });
  }
  const [, whole = "", fraction = ""] = match;
  return rao(BigInt(whole) * RAO_PER_TAO + BigInt(fraction.padEnd(9, "0")));
}

/**
 * An amount in tao, for people, exact and without trailing zeros: `τ1.5`.
 *
 * @example Show an amount
 * ```ts
 * import { formatTao, rao } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatTao(rao(1_500_000_000n)), "τ1.5");
 * assert.equal(formatTao(rao(1n)), "τ0.000000001");
 * ```
 */
export function formatTao(amount: Rao): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "") || "0";
  return `${amount < 0n ? "-" : ""}${TAO_SYMBOL}${digits.slice(0, -9)}.${fraction}`;
}

/** An amount in tao as a float: only for display and for statistics. */
export function toTao(amount: bigint): number {
  return Number(amount / RAO_PER_TAO) + Number(amount % RAO_PER_TAO) / Number(RAO_PER_TAO);
}
