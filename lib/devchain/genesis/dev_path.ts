/** Paths that derive development keys, of which everybody knows the secrets. */

/** A derivation path as keyrings take it: `//Alice`, `//Alice//stash`. */
export type DevPath = `//${string}`;

/** Whether a text is the path of a development account: it starts hard, and has no password. */
export function isDevPath(text: string): text is DevPath {
  return /^\/\/[^/]+(?:\/\/?[^/]+)*$/.test(text);
}

const NAMES = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"] as const;

/** The paths of the six accounts that development chains of Substrate endow. */
export function namedAccountPaths(): readonly DevPath[] {
  return NAMES.map((name) => `//${name}` as const);
}
