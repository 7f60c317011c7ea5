import { formatShape, Tensor } from "../base/tensor.ts";

/** A value with its type and shape, for people, never long. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Tensor) return `a tensor ${formatShape(value)}`;
  if (Array.isArray(value)) {
    return value.length === 0 ? "an empty list" : `a list that starts with ${describe(value[0])}`;
  }
  if (typeof value === "object") {
    return `an object with ${Object.keys(value).slice(0, 5).join(", ")}`;
  }
  return `the ${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`;
}
