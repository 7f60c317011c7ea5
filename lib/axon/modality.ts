/** Which modality an axon says that it has. */

import { BittensorError } from "../base/errors.ts";
import { Modality } from "../domain/modality.ts";
import { callbackName, type Callbacks } from "./callbacks.ts";

/**
 * The modality that the chain is told: the one that was given; else that of the one forward callback;
 * text without any. Backward callbacks do not count.
 *
 * @throws {BittensorError} `axon/modality` if there are several and none was given.
 */
export function detectModality(
  given: Modality | undefined,
  { forward }: Pick<Callbacks, "forward">,
): Modality {
  if (given !== undefined) return given;
  const [only = Modality.TEXT, ...others] = forward.keys();
  if (others.length === 0) return checkModality(only);
  const names = Array.from(forward.keys(), (modality) => callbackName("forward", modality));
  throw new BittensorError(
    "axon/modality",
    `Cannot choose the modality of the axon: it has ${names.join(" and ")}`,
    { hint: "pass modality: all are served, and the chain says the one that you pass" },
  );
}

/**
 * A modality, if it is one.
 *
 * @throws {RangeError} If it is none.
 */
export function checkModality(modality: number): Modality {
  const found = Object.values(Modality).find((known) => known === modality);
  if (found !== undefined) return found;
  throw new RangeError(`Cannot serve the modality ${modality}: there are 0, 1 and 2`);
}
