/**
 * Tokenizing texts that strangers may send, against tokenizing prose.
 *
 * Run with `deno task bench`, or `deno run -P=test bench/tokenizer_bench.ts [rounds]`. All kinds take
 * turns within one run; the figures are medians. Of each kind, ten texts of
 * 100 kB are encoded, one of a megabyte, and that one as a row of a batch, which is cut. Ends with an error if a bar is missed.
 */

import { tokenizer } from "../lib/text/tokenizer.ts";
import { HOSTILE_TEXTS } from "../tests/text/hostile_texts.ts";
import { median } from "./process.ts";

const ROUNDS = Number(Deno.args[0] ?? 7);
const PART_BYTES = 100_000;
const PARTS = 10;
// Ten texts and not one, which the processor would know by heart after a few rounds.
const SEEDS = Array.from({ length: PARTS }, (_, index) => index + 1);

interface Texts {
  readonly parts: readonly string[];
  readonly whole: string;
}

/** Most time of a text, as a multiple of prose of the same size. */
const PROSE_BAR = 5;
/** Most time of a megabyte, as a multiple of a tenth of it. */
const LENGTH_BAR = 12;

/** The documentation of the repository, over and over: ten parts, and all of them. */
async function prose(): Promise<Texts> {
  const root = new URL("..", import.meta.url);
  const files = ["README.md", "docs/architecture.md", "docs/cli.md", "docs/protocol.md"];
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(new URL(file, root))));
  const text = texts.join("\n");
  const whole = text.repeat(PARTS * PART_BYTES / text.length + 1).slice(0, PARTS * PART_BYTES);
  const parts = SEEDS.map((_, index) => whole.slice(index * PART_BYTES, (index + 1) * PART_BYTES));
  return { parts, whole };
}

function time(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const { encode, encodeBatch } = tokenizer();
const started = time(() => encode("Hello world"));
const kinds = [{ kind: "prose", texts: await prose() }];
for (const [kind, make] of Object.entries(HOSTILE_TEXTS)) {
  const parts = SEEDS.map((seed) => make(PART_BYTES, seed));
  kinds.push({ kind, texts: { parts, whole: make(PARTS * PART_BYTES) } });
}

const times = kinds.map(() => ({
  part: [] as number[],
  whole: [] as number[],
  row: [] as number[],
}));
for (let round = -1; round < ROUNDS; round++) {
  for (const [index, { texts: { parts, whole } }] of kinds.entries()) {
    const { part, whole: all, row } = times[index]!;
    const taken = [
      time(() => parts.forEach((text) => encode(text))) / PARTS,
      time(() => encode(whole)),
      time(() => encodeBatch([whole])),
    ] as const;
    if (round < 0) continue;
    part.push(taken[0]);
    all.push(taken[1]);
    row.push(taken[2]);
  }
}

console.log(
  `\nTokens of 100 kB, of a megabyte of the same text, and of that as a row of a batch, in ms\n` +
    `  (bars: ${PROSE_BAR} times prose, and a megabyte ${LENGTH_BAR} times 100 kB; the first text of ` +
    `a process took ${started.toFixed(0)})\n` +
    `  ${"".padEnd(26)}  100 kB  x prose     1 MB  x 100 kB  in a batch`,
);
const proseTime = median(times[0]!.part);
const missed: string[] = [];
for (const [index, { kind }] of kinds.entries()) {
  const { part: parts, whole: wholes, row: rows } = times[index]!;
  const [part, whole, row] = [median(parts), median(wholes), median(rows)];
  const [toProse, toPart] = [part / proseTime, whole / part];
  if (toProse > PROSE_BAR || toPart > LENGTH_BAR) missed.push(kind);
  console.log(
    `  ${kind.padEnd(26)}  ${part.toFixed(2).padStart(6)}  ${toProse.toFixed(2).padStart(7)}  ` +
      `${whole.toFixed(1).padStart(7)}  ${toPart.toFixed(1).padStart(8)}  ${
        row.toFixed(2).padStart(10)
      }`,
  );
}
if (missed.length > 0) throw new Error(`missed a bar: ${missed.join(", ")}`);
