/**
 * Small models of strangers: their outputs are laid out in other ways, their inputs have other names,
 * types, ranks and roles, or they mix rows or tokens inside.
 */

import { FLOATS } from "./foreign/floats.ts";
import { FRAMES } from "./foreign/frames.ts";
import { LAYOUTS } from "./foreign/layouts.ts";
import { MIXERS } from "./foreign/mixers.ts";
import type { ForeignCase } from "./foreign/parts.ts";
import { ROLES } from "./foreign/roles.ts";

export { type ForeignCase, SIZE } from "./foreign/parts.ts";

/** All models. */
export const FOREIGN_CASES: readonly ForeignCase[] = [
  ...LAYOUTS,
  ...MIXERS,
  ...ROLES,
  ...FRAMES,
  ...FLOATS,
];
