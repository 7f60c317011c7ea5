/** Sizes of dimensions, some of them known only by name, and arithmetic with them. */

/** A size: fixed, or the name of one that is known only when the graph runs, such as `batch`. */
export type Dim = number | string;

/** Dimensions of a tensor, outermost first. */
export type Shape = readonly Dim[];

/** For people: `[batch, sequence, 512]`. */
export function formatDims(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Size of two stretches together, if there is a name for it: that of a difference, such as
 * `512-sequence`, and what was taken off are `512`.
 */
export function sum(dim: Dim, added: Dim): Dim | undefined {
  if (added === 0) return dim;
  if (dim === 0) return added;
  if (typeof dim === "number" && typeof added === "number") return dim + added;
  const taken = `-${operand(dim)}`;
  if (typeof added === "number" || !added.endsWith(taken)) return undefined;
  return parseDim(added.slice(0, -taken.length));
}

/** Size that is left: a number, or a name such as `512-sequence`. */
export function difference(dim: Dim, taken: Dim): Dim {
  if (taken === 0) return dim;
  if (dim === taken) return 0;
  if (typeof dim === "number" && typeof taken === "number") return dim - taken;
  return `${dim}-${operand(taken)}`;
}

/** In brackets if it would be read otherwise without: `a-(b-c)`, `a-(2*b)`, `a-(-1)`. */
function operand(dim: Dim): string {
  return /[-*]/.test(`${dim}`) ? `(${dim})` : `${dim}`;
}

/** Number of elements: a number, or a name such as `2*batch*sequence`, its factors in order. */
export function product(shape: Shape): Dim {
  const { fixed, names } = factors(shape);
  if (names.length === 0 || fixed === 0) return fixed;
  return (fixed === 1 ? names : [fixed, ...names]).join("*");
}

/** Whether two shapes surely have the same number of elements, whatever the symbolic sizes are. */
export function equalCounts(left: Shape, right: Shape): boolean {
  return product(left) === product(right);
}

/** The size that, with the others, makes a shape of as many elements, if there surely is one. */
export function quotient(shape: Shape, others: Shape): Dim | undefined {
  const dividend = factors(shape);
  const divisor = factors(others);
  const names = [...dividend.names];
  for (const name of divisor.names) {
    const index = names.indexOf(name);
    if (index < 0) return undefined;
    names.splice(index, 1);
  }
  const fixed = dividend.fixed / divisor.fixed;
  return Number.isInteger(fixed) ? product([fixed, ...names]) : undefined;
}

/** The product of all fixed sizes, and the names of the others in alphabetic order. */
function factors(shape: Shape): { fixed: number; names: readonly string[] } {
  const parts = shape.flatMap((dim) => isProduct(dim) ? dim.split("*").map(parseDim) : [dim]);
  return {
    fixed: parts.reduce<number>((n, part) => typeof part === "number" ? n * part : n, 1),
    names: parts.filter((part) => typeof part === "string").sort(),
  };
}

/** Not of a difference, whose name may have products inside. */
function isProduct(dim: Dim): dim is string {
  return typeof dim === "string" && !dim.includes("-");
}

function parseDim(text: string): Dim {
  return /^\d+$/.test(text) ? Number(text) : text;
}
