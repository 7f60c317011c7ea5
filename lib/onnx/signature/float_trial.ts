/** Tries a model of images or vectors. */

import type { FloatTensor } from "../../base/tensor.ts";
import { callModel, runModel } from "../call_model.ts";
import type { ModelInputs } from "../model_inputs.ts";
import { rowsOf } from "../rows.ts";
import { agrees, requireFinite } from "./agreement.ts";
import { findLayout, type Layout, type Observation } from "./layout.ts";
import type { ProvenSignature } from "./proven.ts";
import { foundWithRows, isRunFailure, type TriedModel } from "./tried_model.ts";
import { floatSample, type ItemShape, itemShapes } from "./samples.ts";
import { formatInfo, type Frame, type Signature, takesMask } from "./signature.ts";

/** The trial of one model. */
export class FloatTrial {
  readonly #model: TriedModel;

  constructor(model: TriedModel) {
    this.#model = model;
  }

  async prove(signature: Signature): Promise<ProvenSignature> {
    const unknown = signature.companions.find(({ role }) => role === "unknown-mask");
    if (unknown) {
      throw this.#model.refuse(`nothing proves what its input ${formatInfo(unknown.info)} is for`);
    }
    const found = await foundWithRows(signature, (tried) => this.#layoutOf(tried));
    // What cannot be tried is served as it is, each request by itself.
    if (!found) {
      return { ...signature, layout: undefined, independentRows: false, harmlessPadding: false };
    }
    const { frame, layout, item } = found;
    const singleItems = layout.sequence === "none";
    const claimed = {
      ...signature,
      frame,
      layout,
      singleItems,
      independentRows: true,
      harmlessPadding: false,
    };
    return { ...claimed, independentRows: await this.#areRowsIndependent(claimed, item) };
  }

  /** Runs samples until the model takes one, and finds the layout that explains the answers. */
  async #layoutOf(signature: Signature): Promise<FoundItem | undefined> {
    if (signature.input.shape.length === 0) return undefined;
    for (const shape of itemShapes(signature.input)) {
      const observations = await this.#observe(signature, shape);
      if (!observations) continue;
      const layout = findLayout(signature, observations);
      if (layout) return { frame: signature.frame, layout, item: shape.first };
      throw this.#model.refuse(
        `its output ${formatInfo(signature.output)} has no vectors for each row: ${
          observations.map(({ rows, dims }) => `for ${rows} rows it is [${dims.join(", ")}]`)
            .join(", ")
        }`,
      );
    }
    const { shape } = signature.input;
    if (shape.slice(1).some((size) => typeof size === "string")) return undefined;
    throw this.#model.refuse(`it fails on a sample of [${shape.join(", ")}]`);
  }

  /** What the model gives for samples of two sizes; `undefined` if it does not take them. */
  async #observe(
    signature: Signature,
    { first, second }: ItemShape,
  ): Promise<readonly Observation[] | undefined> {
    const { frame, input } = signature;
    const hasSequence = input.shape.length === 3 || input.shape.length === 5;
    const observations: Observation[] = [];
    for (const [index, item] of [first, second].entries()) {
      this.#model.signal?.throwIfAborted();
      const rows = frame.rows ?? 3 - index;
      const question = floatSample(rows, item, takesMask(signature));
      try {
        const { dims } = await runModel(this.#model.session, signature, question);
        observations.push({ rows, tokens: hasSequence ? item[0] : undefined, dims });
      } catch (error) {
        if (isRunFailure(error)) return undefined;
        throw error;
      }
    }
    return observations;
  }

  async #areRowsIndependent(
    signature: ProvenSignature,
    item: readonly number[],
  ): Promise<boolean> {
    const rows = signature.frame.rows ?? 3;
    const question = floatSample(rows, item, takesMask(signature));
    const together = await callModel(this.#model.session, signature, question);
    requireFinite(question, together, this.#model.refuse);
    for (let row = 0; row < rows; row++) {
      this.#model.signal?.throwIfAborted();
      const alone = await this.#alone(signature, question, row);
      if (!alone || alone.data.length * rows !== together.data.length) return false;
      if (!agrees(alone, together, row, this.#model.tolerance)) return false;
    }
    return true;
  }

  async #alone(
    signature: ProvenSignature,
    { inputs, attentionMask }: ModelInputs,
    row: number,
  ): Promise<FloatTensor | undefined> {
    try {
      return await callModel(this.#model.session, signature, {
        inputs: rowsOf(inputs, row, row + 1),
        attentionMask: attentionMask && rowsOf(attentionMask, row, row + 1),
      });
    } catch (error) {
      if (isRunFailure(error)) return undefined;
      throw error;
    }
  }
}

/** How a model answers samples. */
interface FoundItem {
  /** One row at a time, if the model takes no more. */
  readonly frame: Frame;
  readonly layout: Layout;
  /** Shape of the samples, but for their rows. */
  readonly item: readonly number[];
}
