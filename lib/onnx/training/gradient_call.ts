/** Asks a trainer for gradients, in the shapes in which a nucleus takes and gives them. */

import { RefusedInputs } from "../../base/refused_inputs.ts";
import { type FloatTensor, formatShape, Tensor, zeros } from "../../base/tensor.ts";
import { modelFeeds } from "../feeds.ts";
import { gradientName } from "../graph/gradients.ts";
import { asItems, type InputRules, isSequenceOfItems, type ModelInputs } from "../model_inputs.ts";
import type { Signature } from "../signature/signature.ts";
import type { Trainer } from "./trainer.ts";

/**
 * Checks the gradients of what a model gives for inputs that were checked.
 *
 * @param outputSize Size of the vectors that it gives.
 * @returns The same, whose type is known now.
 * @throws {RefusedInputs} `nucleus/gradients` If they do not fit.
 */
export function checkGradients(
  { name, signature }: InputRules,
  { inputs }: ModelInputs,
  gradients: Tensor,
  outputSize: number,
): FloatTensor {
  const refuse = (reason: string) =>
    new RefusedInputs(
      "nucleus/gradients",
      `Cannot use the gradients ${formatShape(gradients)} of what ${name} gives for ${
        formatShape(inputs)
      }`,
      reason,
    );
  const { data, dims } = gradients;
  if (!(data instanceof Float32Array)) throw refuse("they must be float32");
  const isSingle = signature.singleItems && !isSequenceOfItems(signature, inputs);
  const expected = [...inputs.dims.slice(0, isSingle ? 1 : 2), outputSize];
  if (dims.join() !== expected.join()) throw refuse(`they must be [${expected.join(", ")}]`);
  const strange = data.find((value) => !Number.isFinite(value));
  if (strange !== undefined) throw refuse(`one of them is ${strange}`);
  return new Tensor("float32", data, dims);
}

/**
 * Adds the gradients of the parameters to those that the trainer has.
 *
 * @param gradients Gradients of the output, which were checked.
 * @returns float32, of the shape of the inputs; for token ids, which have no gradients, zeros of the
 *   shape of the output: those of their embedding stand for them, as in the seed era.
 */
export async function callBackward(
  trainer: Trainer,
  signature: Signature,
  question: ModelInputs,
  gradients: Tensor,
): Promise<FloatTensor> {
  const { inputs } = question;
  const items = asItems(signature, question);
  const outputGradients = isSequenceOfItems(signature, inputs)
    ? gradients.reshape([items.inputs.dims[0]!, ...gradients.dims.slice(2)])
    : gradients;
  const found = await trainer.backward({
    ...modelFeeds(signature, items),
    [gradientName(signature.output.name)]: outputGradients,
  });
  if (signature.takes === "tokens") return zeros(gradients.dims);
  const data = found[gradientName(signature.input.name)]?.data;
  if (data instanceof Float32Array) return new Tensor("float32", data, inputs.dims);
  throw new TypeError(`the gradient of ${signature.input.name} is missing`);
}
