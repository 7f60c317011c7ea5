/** Plain values of the network, made to show themselves. */

import { withDisplay } from "../base/display.ts";
import { type Display, type TableColumn, tableDisplay, tableRows } from "../base/table.ts";
import { formatShape, Tensor } from "../base/tensor.ts";
import { formatTao, type Rao } from "../domain/balance.ts";
import { type Endpoint, formatEndpoint } from "../domain/endpoint.ts";
import { modalityName } from "../domain/modality.ts";
import { type ReturnCode, returnCodeName } from "../domain/return_code.ts";
import { formatTensor } from "./tensor_display.ts";

/** What {@linkcode show} shows, one or a list of them. */
export type Showable = Tensor | Rao | ReturnCode | Endpoint;

/** What shows itself: as text in a terminal, and as the last expression of a notebook's cell. */
export interface Shown {
  toString(): string;
}

const COLUMNS: readonly TableColumn[] = [
  { name: "uid", align: "right" },
  { name: "address", align: "left" },
  { name: "modality", align: "left" },
  { name: "hotkey", align: "left" },
  { name: "coldkey", align: "left" },
];

/**
 * Lets plain data show itself: a balance in tao; a return code by its name; endpoints as a table; a
 * list of tensors by their dimensions.
 *
 * Tensors, metagraphs, wallets, figures and the results of a dendrite need no `show`: in `console.log`
 * and as the last expression of a notebook's cell they show themselves.
 *
 * @throws {TypeError} If the value is none of these.
 *
 * @example In a cell of a notebook, or in a script
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${bittensor.show(bittensor.tao("1.5"))}`, "τ1.5");
 * assert.equal(`${bittensor.show([bittensor.ReturnCode.Timeout])}`, "[Timeout]");
 * assert.equal(`${bittensor.show(bittensor.zeros([1, 2]))}`, "float32 [1, 2]\n[[0. 0.]]");
 * ```
 */
export function show(value: Showable | readonly Showable[]): Shown {
  const display = displayOf(value);
  return withDisplay({ toString: () => display["text/plain"]! }, () => display);
}

function displayOf(value: Showable | readonly Showable[]): Display {
  const values = isList(value) ? value : [value];
  if (values.length > 0 && values.every(isEndpoint)) return endpointsDisplay(values);
  const text = isList(value) ? `[${value.map(shortText).join(", ")}]` : longText(value);
  return { "text/plain": text };
}

function endpointsDisplay(endpoints: readonly Endpoint[]): Display {
  const rows = tableRows(endpoints.length, (index) => endpointRow(endpoints[index]!));
  const title = endpoints.length === 1 ? "1 endpoint" : `${endpoints.length} endpoints`;
  return tableDisplay({ title, columns: COLUMNS, rows });
}

function endpointRow(endpoint: Endpoint): string[] {
  const { uid, modality, hotkey, coldkey } = endpoint;
  return [`${uid}`, formatEndpoint(endpoint), modalityName(modality), hotkey, coldkey];
}

function longText(value: Showable): string {
  return isTensor(value) ? formatTensor(value) : shortText(value);
}

function shortText(value: Showable): string {
  if (typeof value === "bigint") return formatTao(value);
  if (typeof value === "number") return returnCodeName(value);
  if (isTensor(value)) return formatShape(value);
  if (isEndpoint(value)) return formatEndpoint(value);
  throw new TypeError(
    `Cannot show ${Deno.inspect(value)}: pass a tensor, a balance, a return code or an endpoint`,
  );
}

function isList(value: Showable | readonly Showable[]): value is readonly Showable[] {
  return Array.isArray(value);
}

function isTensor(value: Showable): value is Tensor {
  return value instanceof Tensor;
}

function isEndpoint(value: Showable): value is Endpoint {
  return typeof value === "object" && value !== null && "hotkey" in value && "port" in value;
}
