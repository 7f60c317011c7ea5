/** A metagraph as a table, for notebooks and terminals. */

import { type Display, type TableColumn, tableDisplay, tableRows } from "../base/table.ts";
import { formatTao, rao } from "../domain/balance.ts";
import { formatEndpoint } from "../domain/endpoint.ts";
import type { Scores } from "./scores.ts";
import type { Snapshot } from "./snapshot.ts";

const COLUMNS: readonly TableColumn[] = [
  { name: "uid", align: "right" },
  { name: "stake", align: "right" },
  { name: "rank", align: "right" },
  { name: "trust", align: "right" },
  { name: "incentive", align: "right" },
  { name: "last update", align: "right" },
  { name: "address", align: "left" },
  { name: "hotkey", align: "left" },
];

/** The neurons of a network, one a row; of many, the first and the last. */
export function metagraphDisplay(title: string, snapshot: Snapshot, scores: Scores): Display {
  const rows = tableRows(snapshot.endpoints.length, (uid) => neuronRow(uid, snapshot, scores));
  return tableDisplay({ title, columns: COLUMNS, rows });
}

function neuronRow(uid: number, snapshot: Snapshot, scores: Scores): string[] {
  const endpoint = snapshot.endpoints[uid]!;
  return [
    `${uid}`,
    formatTao(rao(snapshot.stake[uid]!)),
    formatScore(scores.ranks[uid]!),
    formatScore(scores.trust[uid]!),
    formatScore(scores.incentive[uid]!),
    `${snapshot.lastUpdate[uid]!}`,
    formatEndpoint(endpoint),
    endpoint.hotkey,
  ];
}

/** Five significant digits, as the seed era's overview had them. */
function formatScore(score: number): string {
  return `${Number(score.toPrecision(5))}`;
}
