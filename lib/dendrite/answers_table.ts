/** The answers to a call as a table, for notebooks and terminals. */

import { type Display, type TableColumn, tableDisplay, tableRows } from "../base/table.ts";
import { formatShape } from "../base/tensor.ts";
import { formatEndpoint } from "../domain/endpoint.ts";
import { ReturnCode, returnCodeName } from "../domain/return_code.ts";
import type { Method } from "../wire/rpc.ts";
import type { EndpointAnswer } from "./result.ts";

const COLUMNS: readonly TableColumn[] = [
  { name: "uid", align: "right" },
  { name: "address", align: "left" },
  { name: "return code", align: "left" },
  { name: "ms", align: "right" },
  { name: "tensor", align: "left" },
  { name: "message", align: "left" },
];

/** Characters of a message that are shown: a peer may send any number. */
const MOST_CHARACTERS = 60;

/** One row for each endpoint, in the order of the call. */
export function answersDisplay(method: Method, answers: readonly EndpointAnswer[]): Display {
  const successes = answers.filter(({ code }) => code === ReturnCode.Success).length;
  return tableDisplay({
    title: `${method}: ${successes} of ${answers.length} succeeded`,
    columns: COLUMNS,
    rows: tableRows(answers.length, (index) => answerRow(answers[index]!)),
  });
}

function answerRow({ endpoint, code, timeMs, representation, message }: EndpointAnswer): string[] {
  return [
    `${endpoint.uid}`,
    formatEndpoint(endpoint),
    returnCodeName(code),
    timeMs.toFixed(0),
    formatShape(representation),
    shorten(message),
  ];
}

/** On one line, without what a terminal would obey. */
function shorten(message: string): string {
  const line = message.replaceAll(/\p{C}+/gu, " ");
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1)}…`;
}
