/** The gradient rule of every operator that the graph builder knows. */

import type { OperatorName } from "../operators.ts";
import { ELEMENTWISE_RULES } from "./elementwise.ts";
import { IMAGE_RULES } from "./images.ts";
import { INDEXING_RULES } from "./indexing.ts";
import { MATRIX_RULES } from "./matrix.ts";
import { NORMALIZATION_RULES } from "./normalization.ts";
import type { GradientRule } from "./rule.ts";
import { SHAPE_RULES } from "./shape.ts";

/** A rule for each operator, by its name. */
export type GradientRules = Readonly<Record<OperatorName, GradientRule>>;

/** The rules; the type checker finds one that is missing. */
export const GRADIENT_RULES: GradientRules = {
  ...ELEMENTWISE_RULES,
  ...SHAPE_RULES,
  ...MATRIX_RULES,
  ...NORMALIZATION_RULES,
  ...INDEXING_RULES,
  ...IMAGE_RULES,
};
