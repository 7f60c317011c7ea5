/** Pictures of a network: stake, weights, incentive, and what changed. */

import { toTao } from "../domain/balance.ts";
import { WEIGHT_SCALE } from "../domain/constants.ts";
import { diff } from "./diff.ts";
import { drawFigure, type Figure, type PlotLibrary } from "./figure.ts";
import type { Metagraph } from "./metagraph.ts";
import type { Snapshot } from "./snapshot.ts";

const BLUE = "#4269d0";
const RED = "#e15759";

/** Rows and columns of a heat map that the eye can still tell apart. */
const MOST_CELLS = 128;

/** Neurons whose change a picture shows. */
const MOST_CHANGES = 20;

/**
 * The stake of each neuron, the richest first; both axes grow tenfold from mark to mark.
 *
 * @example A picture for a notebook or a file
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await bittensor.devchain({ genesis: bittensor.tutorialGenesis() });
 * const graph = await bittensor.metagraph({ network: chain.endpoint }).sync();
 * const figure = await bittensor.plotStake(graph); // shows itself in a notebook
 * assert.match(figure.svg, /^<svg /); // figure.save("stake.svg") writes a file
 * ```
 */
export function plotStake({ snapshot }: Metagraph): Promise<Figure> {
  const stakes = Array.from(snapshot.stake, toTao).sort((left, right) => right - left);
  const total = stakes.reduce((sum, stake) => sum + stake, 0);
  const title = `Stake of ${stakes.length} neurons: τ${total.toLocaleString("en")} in all`;
  return drawFigure(title, (plot) => ({
    x: { label: "neurons, the richest first" },
    y: { ...tenfoldScale(stakes), label: "stake (τ)", grid: true },
    marks: [
      plot.rectY(stakes, {
        x1: (_: number, index: number) => index,
        x2: (_: number, index: number) => index + 1,
        y: (stake: number) => stake,
        fill: BLUE,
        inset: stakes.length > MOST_CELLS ? 0 : 0.5,
        // Without seams, where bars are narrower than a pixel.
        shapeRendering: "crispEdges",
      }),
      plot.ruleY([0]),
    ],
  }));
}

/**
 * The weight matrix: row i has the weights that neuron i set. Of a large network each square is the
 * largest weight of several neurons.
 */
export function plotWeights({ snapshot }: Metagraph): Promise<Figure> {
  const n = snapshot.endpoints.length;
  const size = Math.max(1, Math.ceil(n / MOST_CELLS));
  const title = size === 1
    ? `Weights of ${n} neurons`
    : `Weights of ${n} neurons: the largest of each ${size} × ${size}`;
  const side = Math.max(1, n);
  return drawFigure(title, (plot) => ({
    width: 670,
    height: 600,
    x: { ...uidScale(n), label: "weighed neuron (uid)", domain: [0, side * 1.12] },
    y: { ...uidScale(n), label: "neuron that weighs (uid)", domain: [0, side], reverse: true },
    color: { type: "sqrt", scheme: "blues", domain: [0, 1] },
    marks: [
      plot.rect([0], { x1: 0, x2: side, y1: 0, y2: side, stroke: "#ccc" }),
      plot.rect(weightCells(snapshot, size), {
        x1: "to",
        x2: (cell: WeightCell) => Math.min(n, cell.to + size),
        y1: "from",
        y2: (cell: WeightCell) => Math.min(n, cell.from + size),
        fill: "weight",
        inset: 0,
      }),
      ...weightLegend(plot, side),
    ],
  }));
}

/** Incentive against stake, a dot for each neuron; a browser shows the uid of that under the mouse. */
export function plotIncentive(graph: Metagraph): Promise<Figure> {
  const stakes = graph.S.toArray() as number[];
  const incentives = graph.I.toArray() as number[];
  return drawFigure(`Incentive of ${graph.n} neurons against stake`, (plot) => ({
    x: { ...tenfoldScale(stakes), label: "stake (τ)", grid: true },
    y: { label: "incentive (τ per block)", grid: true, zero: true, nice: true },
    marks: [
      plot.dot(incentives, {
        x: stakes,
        y: incentives,
        title: (_: number, uid: number) => `neuron ${uid}`,
        fill: BLUE,
        fillOpacity: 0.5,
        r: 4,
      }),
    ],
  }));
}

/** How the stake of neurons changed between two snapshots: the largest changes, and what else did. */
export function plotChange(before: Snapshot, after: Snapshot): Promise<Figure> {
  const { from, to, added, removed, replaced, changes } = diff(before, after);
  const stakes = Array.from(changes.stake, ([uid, stake]) => ({
    uid,
    change: toTao(stake) - toTao(before.stake[uid] ?? 0n),
  })).filter(({ change }) => change !== 0);
  const largest = stakes
    .sort((left, right) => Math.abs(right.change) - Math.abs(left.change))
    .slice(0, MOST_CHANGES);
  const title =
    `Block ${from} to ${to}: ${added.length} neurons added, ${removed.length} removed, ` +
    `${replaced.length} replaced, stake of ${stakes.length} changed`;
  return drawFigure(title, (plot) => ({
    height: 110 + 18 * Math.max(3, largest.length),
    x: {
      label: "change of stake (τ)",
      grid: true,
      ticks: 6,
      ...largest.length === 0 && { domain: [-1, 1] },
    },
    y: { label: "uid", domain: largest.map(({ uid }) => uid) },
    marks: [
      plot.barX(largest, {
        x: "change",
        y: "uid",
        fill: ({ change }: { readonly change: number }) => change > 0 ? BLUE : RED,
      }),
      plot.ruleX([0]),
      ...(largest.length > 0 ? [] : [plot.text(["no stake changed"], { frameAnchor: "middle" })]),
    ],
  }));
}

/** An axis from zero on, of amounts that differ by many powers of ten. */
function tenfoldScale(amounts: readonly number[]) {
  const positive = amounts.filter((amount) => amount > 0);
  const least = positive.length > 0 ? Math.min(...positive) : 1;
  const most = Math.max(1, ...positive);
  const first = Math.floor(Math.log10(least));
  const count = Math.ceil(Math.log10(most)) - first + 1;
  const ticks = [0, ...Array.from({ length: count }, (_, index) => 10 ** (first + index))];
  return {
    type: "symlog",
    constant: 10 ** first,
    domain: [0, most * 1.2],
    ticks: ticks.filter((tick) => tick <= most * 1.2),
    tickFormat: (tick: number) => tick.toLocaleString("en", { maximumFractionDigits: 9 }),
  } as const;
}

/** A square of the heat map, from its smallest uids on. */
interface WeightCell {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** The squares in which some weight is set. */
function weightCells({ weightUids, weightVals }: Snapshot, size: number): WeightCell[] {
  const squares = Math.ceil(weightUids.length / size);
  const largest = new Map<number, number>();
  for (const [from, uids] of weightUids.entries()) {
    for (const [index, to] of uids.entries()) {
      const square = Math.floor(from / size) * squares + Math.floor(to / size);
      const weight = weightVals[from]![index]! / WEIGHT_SCALE;
      largest.set(square, Math.max(weight, largest.get(square) ?? 0));
    }
  }
  return Array.from(largest, ([square, weight]) => ({
    from: Math.floor(square / squares) * size,
    to: square % squares * size,
    weight,
  }));
}

/** A strip at the right with the colours of some weights: legends of the library need a browser. */
function weightLegend(plot: PlotLibrary, side: number) {
  const steps = 50;
  const strip = Array.from({ length: steps }, (_, step) => ({
    weight: (step + 0.5) / steps,
    y1: side * (1 - step / steps),
    y2: side * (1 - (step + 1) / steps),
  }));
  const labels = [0, 0.25, 0.5, 0.75, 1].map((weight) => ({ weight, y: side * (1 - weight) }));
  return [
    plot.rect(strip, {
      x1: side * 1.04,
      x2: side * 1.07,
      y1: "y1",
      y2: "y2",
      fill: "weight",
      // No seams between the steps.
      shapeRendering: "crispEdges",
    }),
    plot.text(labels, { x: side * 1.075, y: "y", text: "weight", textAnchor: "start" }),
  ];
}

/** An axis of uids, each in the middle of its row or column. */
function uidScale(n: number) {
  const steps = [1, 10, 100, 1000].flatMap((power) => [power, 2 * power, 5 * power]);
  const step = steps.find((step) => n / step <= 8) ?? 10_000;
  return {
    ticks: Array.from({ length: Math.ceil(n / step) }, (_, index) => index * step + 0.5),
    tickFormat: (tick: number) => `${Math.floor(tick)}`,
  };
}
