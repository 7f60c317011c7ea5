/** What was proven of a model when it was loaded, beyond what its names and shapes say. */

import type { Layout } from "./layout.ts";
import { type Signature, takesMask } from "./signature.ts";

/** How a model is called, and what samples proved of it. */
export interface ProvenSignature extends Signature {
  /** How its output is laid out; `undefined` if no sample could be made that it takes. */
  readonly layout: Layout | undefined;
  /** Whether a row gets the same answer, whatever the other rows are. */
  readonly independentRows: boolean;
  /** Whether tokens that are masked behind a row change nothing about its answer. */
  readonly harmlessPadding: boolean;
}

/** Which requests may share a run of the model. */
export type Merging = "any length" | "equal length" | "never";

/** Which requests may share a run, by what was proven. */
export function mergingOf(signature: ProvenSignature): Merging {
  const { takes, frame, independentRows, harmlessPadding } = signature;
  if (!independentRows || frame.rows !== undefined) return "never";
  return takes === "tokens" && harmlessPadding ? "any length" : "equal length";
}

/** What a person should know of how the model is served, if it is not as good as it could be. */
export function remarksOn(signature: ProvenSignature): readonly string[] {
  const { frame: { rows, tokens }, layout, independentRows, harmlessPadding } = signature;
  const remarks = [
    rows === undefined
      ? undefined
      : `it takes ${rows === 1 ? "one row" : `${rows} rows`} at a time`,
    tokens === undefined
      ? undefined
      : harmlessPadding
      ? `it takes ${tokens} tokens: shorter texts are padded and masked`
      : `it takes ${tokens} tokens and no others: nothing proves that padding is harmless`,
    layout === undefined
      ? "no sample could be made that it takes: requests run one by one"
      : undefined,
    layout !== undefined && !independentRows
      ? "the answer to a row depends on the others: requests run one by one"
      : undefined,
    independentRows && rows === undefined && takesMask(signature) && !harmlessPadding &&
      tokens === undefined && signature.takes === "tokens"
      ? "padding changes its answers, though it is masked: requests of equal length are merged"
      : undefined,
  ];
  return remarks.filter((remark) => remark !== undefined);
}
