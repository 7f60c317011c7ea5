/** What a model is fed: the inputs of a question, and what goes with them. */

import { elementCount, Tensor } from "../base/tensor.ts";
import { converted, filled } from "./elements.ts";
import type { ModelInputs } from "./model_inputs.ts";
import type { NamedTensors } from "./runtime.ts";
import type { Companion } from "./signature/roles.ts";
import type { Signature } from "./signature/signature.ts";

/** What the model is to be fed for a question. */
export function modelFeeds(signature: Signature, question: ModelInputs): NamedTensors {
  const { input, companions } = signature;
  return Object.fromEntries([
    [input.name, converted(question.inputs, input.type)],
    ...companions.map((companion) => [companion.info.name, companionFeed(companion, question)]),
  ]);
}

function companionFeed(companion: Companion, { inputs, attentionMask }: ModelInputs): Tensor {
  const { info: { type }, role, axes, value = 0 } = companion;
  const [rows = 1, tokens = 1] = inputs.dims;
  const dims = axes.map((axis) => axis === "rows" ? rows : axis === "tokens" ? tokens : axis);
  const count = elementCount(dims);
  const perToken = (valueAt: (index: number) => bigint) =>
    converted(
      new Tensor("int64", BigInt64Array.from({ length: count }, (_, i) => valueAt(i)), dims),
      type,
    );
  switch (role) {
    case "input":
      return converted(inputs, type);
    case "token-types":
      return perToken(() => 0n);
    case "positions":
      return perToken((index) => BigInt(index % tokens));
    case "attention-mask":
    case "unknown-mask":
      return attentionMask ? perToken((i) => maskAt(attentionMask, i)) : filled(1, type, dims);
    case "padding-mask":
      return attentionMask ? perToken((i) => 1n - maskAt(attentionMask, i)) : filled(0, type, dims);
    case "constant":
      return typeof value === "object" ? value : filled(value, type, dims);
  }
}

function maskAt({ data }: Tensor, index: number): bigint {
  return data instanceof BigInt64Array ? data[index]! : 1n;
}
