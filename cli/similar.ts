/** What somebody may have meant who mistyped a name. */

import { distance } from "fastest-levenshtein";

/** The name that differs from what was typed in few letters, the nearest one. */
export function similarName(typed: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, letters: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, letters }) => letters <= Math.max(1, Math.floor(name.length * MOST_WRONG)))
    .sort((a, b) => a.letters - b.letters);
  return near[0]?.name;
}

/** The part of a name's letters that may be wrong. */
const MOST_WRONG = 0.4;
