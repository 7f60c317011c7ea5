/** Configurations of models: options checked, and completed by the defaults of their papers. */

import { BittensorError } from "../../base/errors.ts";

/** The options of a model whose complete configuration is `Config`. */
export type ConfigOptions<Config> = { readonly [Name in keyof Config]?: Config[Name] | undefined };

/**
 * The options where they are given, and the defaults elsewhere.
 *
 * Where a default is an integer the value must be one, at least 1, or 0 where that is the default;
 * elsewhere it must be a positive number.
 *
 * @param kind The kind of model, for errors.
 * @throws {BittensorError} `model/config` If an option is unknown, or its value out of range.
 */
export function completeConfig<Config extends Readonly<Record<keyof Config, number>>>(
  kind: string,
  defaults: Config,
  options: ConfigOptions<Config>,
): Config {
  const standards = new Map(Object.entries<number>(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const standard = standards.get(name);
    const reason = standard === undefined
      ? "there is no such option"
      : reasonAgainst(value, standard);
    if (reason !== undefined) throw configError(kind, name, value, reason);
  }
  return { ...defaults, ...Object.fromEntries(given) };
}

/** Checks that the heads of an attention layer share its vectors equally. */
export function checkHeads(
  kind: string,
  [headsName, heads]: readonly [name: string, value: number],
  [sizeName, size]: readonly [name: string, value: number],
): void {
  if (size % heads === 0) return;
  throw configError(kind, headsName, heads, `it must divide ${sizeName}, ${size}`);
}

/** The error for an option whose value makes no model. */
export function configError(
  kind: string,
  name: string,
  value: unknown,
  reason: string,
): BittensorError {
  return new BittensorError(
    "model/config",
    `Cannot make a ${kind} model with ${name} ${value}: ${reason}`,
  );
}

function reasonAgainst(value: unknown, standard: number): string | undefined {
  if (typeof value !== "number") return "it must be a number";
  if (Number.isInteger(standard)) {
    const least = Math.min(standard, 1);
    if (Number.isSafeInteger(value) && value >= least) return undefined;
    return `it must be ${least === 0 ? "a non-negative" : "a positive"} integer`;
  }
  return Number.isFinite(value) && value > 0 ? undefined : "it must be a positive number";
}
