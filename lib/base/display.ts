/** Values that show themselves: as text in `console.log`, and in a notebook as it can. */

import type { Display } from "./table.ts";

/**
 * Lets an object of ours show itself; it stays the same in all else.
 *
 * Deno's `console.log` and its Jupyter kernel each ask an object for a method of their own.
 */
export function withDisplay<Value extends object>(value: Value, display: () => Display): Value {
  return Object.defineProperties(value, {
    [Symbol.for("Deno.customInspect")]: { value: () => display()["text/plain"] },
    [Symbol.for("Jupyter.display")]: { value: display },
  });
}
