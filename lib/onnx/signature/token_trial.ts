/** Tries a model of token ids. */

import { messageOf } from "../../base/errors.ts";
import type { FloatTensor } from "../../base/tensor.ts";
import { callModel, runModel } from "../call_model.ts";
import type { ModelInputs } from "../model_inputs.ts";
import { agrees, requireFinite } from "./agreement.ts";
import { findLayout, type Layout, type Observation } from "./layout.ts";
import type { ProvenSignature } from "./proven.ts";
import { foundWithRows, isRunFailure, type TriedModel } from "./tried_model.ts";
import type { Companion } from "./roles.ts";
import { formatInfo, type Signature, SignatureError, takesMask } from "./signature.ts";
import { columnOf, rowAlone, tokenSample } from "./samples.ts";

/** The sizes of samples that a model was seen to take. */
interface Scale {
  readonly widths: readonly [wide: number, narrow: number];
  readonly idCount: number;
}

/** The trial of one model. */
export class TokenTrial {
  readonly #model: TriedModel;

  constructor(model: TriedModel) {
    this.#model = model;
  }

  async prove(signature: Signature): Promise<ProvenSignature> {
    const unknown = signature.companions.filter(({ role }) => role === "unknown-mask");
    if (unknown.length === 0) return await this.#proveKnown(signature);
    if (unknown.length === 1) return await this.#proveMask(signature, unknown[0]!);
    throw this.#model.refuse(`nothing tells what ${unknown.map(named).join(" and ")} are for`);
  }

  /**
   * Finds out which of the two masks an input is: that with which padding is harmless. Where both do,
   * another input does it, and this one is something else.
   */
  async #proveMask(signature: Signature, unknown: Companion): Promise<ProvenSignature> {
    const possible: ProvenSignature[] = [];
    for (const role of ["attention-mask", "padding-mask"] as const) {
      const companions = signature.companions.map((companion) =>
        companion === unknown ? { ...companion, role } : companion
      );
      const proven = await this.#proveKnown({ ...signature, companions }).catch(ignoreRefusal);
      if (proven?.harmlessPadding && await this.#tellsTokensApart(proven)) possible.push(proven);
    }
    const [only, ...others] = possible;
    if (only && others.length === 0) return only;
    throw this.#model.refuse(
      `nothing proves whether 1 means a token or padding in its input ${formatInfo(unknown.info)}`,
    );
  }

  async #proveKnown(named: Signature): Promise<ProvenSignature> {
    const found = await foundWithRows(named, (signature) => this.#layoutOf(signature));
    if (!found) throw this.#model.refuse("it answers no sample");
    const { signature, scale, layout } = found;
    const claimed = { ...signature, layout, independentRows: true, harmlessPadding: true };
    const narrow = this.#sample(signature, scale, { width: scale.widths[1], rows: 3 });
    const together = await callModel(this.#model.session, claimed, narrow.question);
    requireFinite(narrow.question, together, this.#model.refuse);
    const independentRows = await this.#answersAlone(claimed, narrow, together);
    if (!independentRows) await this.#requireBatchFirst(claimed, narrow, together);
    const canPad = takesMask(signature) || signature.frame.tokens !== undefined;
    const harmlessPadding = canPad && await this.#isPaddingHarmless(claimed, scale);
    return { ...signature, layout, independentRows, harmlessPadding };
  }

  /** Runs samples of two sizes, and finds the layout that explains both answers. */
  async #layoutOf(signature: Signature): Promise<FoundLayout> {
    let failure: unknown;
    for (const scale of this.#scales(signature)) {
      let observations: readonly Observation[];
      try {
        observations = await this.#observe(signature, scale);
      } catch (error) {
        if (!isRunFailure(error)) throw error;
        failure ??= error;
        continue;
      }
      const layout = findLayout(signature, observations);
      if (layout) return { signature, scale, layout };
      throw this.#model.refuse(
        `its output ${named(signature.output)} has no vector for each token: ${
          observations.map(({ rows, tokens, dims }) =>
            `for [${rows}, ${tokens}] it is [${dims.join(", ")}]`
          ).join(", ")
        }`,
      );
    }
    throw this.#model.refuse(`it fails on samples: ${messageOf(failure)}`);
  }

  async #observe(signature: Signature, scale: Scale): Promise<readonly Observation[]> {
    const observations: Observation[] = [];
    for (const [index, width] of scale.widths.entries()) {
      this.#model.signal?.throwIfAborted();
      const rows = signature.frame.rows ?? 3 - index;
      const { question } = this.#sample(signature, scale, { width, rows });
      const { dims } = await runModel(this.#model.session, signature, { inputs: question.inputs });
      observations.push({ rows, tokens: width, dims });
    }
    return observations;
  }

  /** Sizes to try, likely ones first: some models know few ids, or take few tokens, or only many. */
  #scales({ frame }: Signature): readonly Scale[] {
    const { vocabSize = Infinity, maxSequenceLength = Infinity } = this.#model.limits;
    const widths = frame.tokens === undefined ? WIDTHS : [[frame.tokens, frame.tokens] as const];
    const allowed = widths.map(([wide, narrow]) =>
      [Math.min(wide, maxSequenceLength), Math.min(narrow, maxSequenceLength)] as const
    );
    const scales = ID_COUNTS.flatMap((count) =>
      allowed.map((widths) => ({ widths, idCount: Math.min(count, vocabSize) }))
    );
    return [...new Map(scales.map((scale) => [JSON.stringify(scale), scale])).values()];
  }

  /** A sample of rows that fill its width, or of the lengths given. */
  #sample(
    signature: Signature,
    { idCount }: Pick<Scale, "idCount">,
    { width, rows, lengths }: {
      readonly width: number;
      readonly rows: number;
      readonly lengths?: readonly number[];
    },
  ): Sample {
    const all = Array.from({ length: rows }, (_, row) => lengths?.[row] ?? width);
    const isMasked = takesMask(signature);
    const fillsPadding = signature.frame.tokens !== undefined;
    const sample = { lengths: all, width, idCount, isMasked, fillsPadding };
    return { question: tokenSample(sample), lengths: all };
  }

  /** Whether rows of several lengths get the answers together that they get alone. */
  async #isPaddingHarmless(signature: ProvenSignature, scale: Scale): Promise<boolean> {
    const [wide] = scale.widths;
    const third = Math.ceil(wide / 3);
    if (third === wide) return false;
    const lengths = [wide, Math.ceil(wide / 2), third];
    const sample = this.#sample(signature, scale, { width: wide, rows: 3, lengths });
    const together = await this.#vectors(signature, sample.question);
    if (!together || !await this.#answersAlone(signature, sample, together)) return false;
    if (signature.frame.tokens !== undefined) return true;
    for (const times of LONGER) {
      if (!await this.#isLongPaddingHarmless(signature, scale, times * wide)) return false;
    }
    return true;
  }

  /** The same for longer rows, if the model takes them: attention may have a window. */
  async #isLongPaddingHarmless(
    signature: ProvenSignature,
    scale: Scale,
    width: number,
  ): Promise<boolean> {
    const { maxSequenceLength = Infinity } = this.#model.limits;
    if (width > maxSequenceLength) return true;
    const lengths = [width, Math.ceil(0.7 * width)];
    const sample = this.#sample(signature, scale, { width, rows: 2, lengths });
    const together = await this.#vectors(signature, sample.question);
    // Without an answer it takes shorter ones only, as nobody has said.
    return !together || await this.#answersAlone(signature, sample, together);
  }

  /** The answer to a sample; `undefined` if the model fails on it. */
  async #vectors(
    signature: ProvenSignature,
    question: ModelInputs,
  ): Promise<FloatTensor | undefined> {
    try {
      return await callModel(this.#model.session, signature, question);
    } catch (error) {
      if (isRunFailure(error)) return undefined;
      throw error;
    }
  }

  /** Whether each row of a sample gets alone what it got together with the others. */
  async #answersAlone(
    signature: ProvenSignature,
    { question, lengths }: Sample,
    together: FloatTensor,
  ): Promise<boolean> {
    for (const [row, length] of lengths.entries()) {
      this.#model.signal?.throwIfAborted();
      const alone = await this.#vectors(signature, rowAlone(question, row, length));
      if (!alone || !agrees(alone, together, row, this.#model.tolerance)) return false;
    }
    return true;
  }

  /**
   * Refuses a model whose rows see each other while its tokens do not: to it, rows are tokens.
   *
   * @param together What it gives for the sample.
   */
  async #requireBatchFirst(
    signature: ProvenSignature,
    { question: { inputs } }: Sample,
    together: FloatTensor,
  ): Promise<void> {
    const { frame: { rows, tokens } } = signature;
    if (rows !== undefined || tokens !== undefined) return;
    for (const index of [0, 1]) {
      const alone = await this.#vectors(signature, { inputs: columnOf(inputs, index) });
      if (!alone) return;
      // As one row: all that is in the column.
      const whole = columnOf(together, index).reshape([1, alone.data.length]) as FloatTensor;
      if (!agrees(alone, whole, 0, this.#model.tolerance)) return;
    }
    throw this.#model.refuse(
      "the answer to a token depends on the other rows and not on its own: " +
        "it takes [sequence, batch], where the batch must come first",
    );
  }

  /** Whether the model says different things of different tokens: a mask that hides all does not. */
  async #tellsTokensApart(signature: ProvenSignature): Promise<boolean> {
    const { scale } = await this.#layoutOf(signature);
    const { question } = this.#sample(signature, scale, { width: scale.widths[1], rows: 2 });
    const { data } = await callModel(this.#model.session, signature, { inputs: question.inputs });
    return data.some((value) => Math.abs(value - data[0]!) > this.#model.tolerance);
  }
}

/** How a model answers samples. */
interface FoundLayout {
  /** With one row at a time, if the model takes no more. */
  readonly signature: Signature;
  readonly scale: Scale;
  readonly layout: Layout;
}

/** A sample, and the tokens of each of its rows. */
interface Sample {
  readonly question: ModelInputs;
  readonly lengths: readonly number[];
}

/** Tokens of a wide row and of a narrow one. */
const WIDTHS = [[7, 5], [3, 2], [64, 48], [512, 448]] as const;

/** How many times as long the rows are with which padding is tried again. */
const LONGER = [6, 20];

/** How many ids a sample uses. */
const ID_COUNTS = [50, 4, 1];

function named(value: Companion | Signature["output"]): string {
  return formatInfo("info" in value ? value.info : value);
}

function ignoreRefusal(error: unknown): undefined {
  if (error instanceof SignatureError) return undefined;
  throw error;
}
