import { tao } from "../../domain/balance.ts";
import type { Field } from "./field.ts";

/**
 * An amount: a text with its unit, `"1.5 tao"` or `"500 rao"`; in a script also a bigint of rao.
 */
export type Amount = string | bigint;

/** Reads an {@linkcode Amount}, in rao. @throws {BittensorError} The error of the field. */
export function readAmount(field: Field): bigint {
  const { value } = field;
  if (typeof value === "bigint" && value >= 0n) return value;
  const [, number = "", unit] = /^(\d{1,20}(?:\.\d{1,9})?) (tao|rao)$/.exec(String(value)) ?? [];
  if (unit === "tao") return tao(number);
  if (unit === "rao" && /^\d+$/.test(number)) return BigInt(number);
  return field.fail("an amount", `write it with its unit: "1.5 tao" or "500 rao"`);
}
