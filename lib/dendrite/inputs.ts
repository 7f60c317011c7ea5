/** The inputs of a call, of any modality. */

import { BittensorError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { Modality } from "../domain/modality.ts";
import { describe } from "./describe.ts";
import { type Endpoints, type IsKnown, readEndpointObjects, readEndpoints } from "./endpoints.ts";
import { readFloatInputs } from "./float_inputs.ts";
import { readTextInputs, type TextInputs } from "./text_inputs.ts";

/** Whom to ask, and what. */
export interface Questions {
  readonly endpoints: readonly Endpoint[];
  /** The tensor for each endpoint; the same object where several get the same. */
  readonly inputs: readonly Tensor[];
}

/**
 * Checks what a call was given: endpoint tensors go with text only.
 *
 * @throws {BittensorError} `dendrite/endpoints` or `dendrite/inputs`.
 */
export function readQuestions(
  modality: Modality,
  given: { readonly endpoints: Endpoints; readonly inputs: TextInputs },
  isKnown: IsKnown,
): Questions {
  switch (modality) {
    case Modality.TEXT: {
      const endpoints = readEndpoints(given.endpoints, isKnown);
      return { endpoints, inputs: readTextInputs(given.inputs, endpoints.length) };
    }
    case Modality.IMAGE:
    case Modality.TENSOR: {
      const endpoints = readEndpointObjects(given.endpoints, isKnown);
      const inputs = readFloatInputs(given.inputs, {
        modality,
        endpointCount: endpoints.length,
        endpointList: Array.isArray(given.endpoints),
      });
      return { endpoints, inputs };
    }
    default:
      throw new BittensorError(
        "dendrite/inputs",
        `Cannot send the inputs: ${describe(modality)} is no modality`,
        { hint: "modality is one of Modality.TEXT, Modality.IMAGE and Modality.TENSOR" },
      );
  }
}
