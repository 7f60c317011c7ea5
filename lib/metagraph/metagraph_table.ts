/** A metagraph as a table, for notebooks and terminals. */

import { formatTao, rao } from "../domain/balance.ts";
import { formatEndpoint } from "../domain/endpoint.ts";
import type { Scores } from "./scores.ts";
import type { Snapshot } from "./snapshot.ts";

/** Rows that are shown; of more, the first and the last. */
const MOST_ROWS = 20;

const HEAD = [
  "uid",
  "stake",
  "rank",
  "trust",
  "incentive",
  "last update",
  "address",
  "hotkey",
] as const;

/** Columns of text stand on the left, those of numbers on the right. */
const TEXTS: ReadonlySet<string> = new Set(["address", "hotkey"]);

/** The neurons of a network, one a row; of many, the first and the last. */
export function neuronRows(snapshot: Snapshot, scores: Scores): string[][] {
  const n = snapshot.endpoints.length;
  const uids = Array.from({ length: n }, (_, uid) => uid);
  if (n <= MOST_ROWS) return uids.map((uid) => neuronRow(uid, snapshot, scores));
  const half = MOST_ROWS / 2;
  const [first, last] = [uids.slice(0, half), uids.slice(-half)].map((some) =>
    some.map((uid) => neuronRow(uid, snapshot, scores))
  );
  return [...first!, HEAD.map(() => "…"), ...last!];
}

/** The table as HTML. */
export function htmlTable(title: string, rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    row.map((text, column) => {
      const align = TEXTS.has(HEAD[column]!) ? "left" : "right";
      return `<${tag} style="text-align: ${align}">${escapeHtml(text)}</${tag}>`;
    }).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  return `<table>\n<caption>${escapeHtml(title)}</caption>\n` +
    `<thead><tr>${cells("th", HEAD)}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/** The table as text, in columns. */
export function textTable(title: string, rows: readonly (readonly string[])[]): string {
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((row) => row[column]!.length)));
  const aligned = lines.map((row) =>
    row.map((text, column) =>
      TEXTS.has(HEAD[column]!) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
    ).join("  ").trimEnd()
  );
  return [title, ...aligned].join("\n");
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

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
