import assert from "node:assert/strict";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import type { Figure } from "../../lib/metagraph/figure.ts";
import { Metagraph, metagraph } from "../../lib/metagraph/metagraph.ts";
import { plotChange, plotIncentive, plotStake, plotWeights } from "../../lib/metagraph/plots.ts";
import { NO_SCORES } from "../../lib/metagraph/scores.ts";
import type { Snapshot } from "../../lib/metagraph/snapshot.ts";
import { recordedGraph } from "./recorded_graph.ts";

/** The shapes of a kind in a picture, and its texts; what goes beyond numbers is not drawn. */
function contentOf({ svg }: Figure): { readonly texts: string[]; count(tag: string): number } {
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  const { document } = parseHTML(svg) as unknown as {
    readonly document: {
      querySelectorAll(query: string): Iterable<{ readonly textContent: string }>;
    };
  };
  const all = (query: string) => [...document.querySelectorAll(query)];
  return {
    texts: all("text").map(({ textContent }) => textContent),
    count: (tag) => all(tag).length,
  };
}

Deno.test("plotStake() draws a bar for each neuron", async () => {
  const { texts, count } = contentOf(await plotStake(await recordedGraph()));
  assert.equal(count("rect"), 4);
  assert.ok(texts.includes("Stake of 4 neurons: τ251.5 in all"));
  assert.ok(texts.includes("stake (τ)"));
});

Deno.test("plotWeights() draws a square for each weight, a frame and a legend", async () => {
  const graph = await recordedGraph();
  const { texts, count } = contentOf(await plotWeights(graph));
  const weights = graph.snapshot.weightUids.reduce((sum, { length }) => sum + length, 0);
  assert.equal(count("rect"), weights + 1 + 50);
  assert.deepEqual(texts.filter((text) => /^0\.(25|5|75)$/.test(text)), ["0.25", "0.5", "0.75"]);
});

Deno.test("plotWeights() of a large network draws squares of several neurons", async () => {
  const { snapshot } = await recordedGraph();
  const n = 300;
  const large: Snapshot = {
    ...snapshot,
    endpoints: Array.from({ length: n }, (_, uid) => ({ ...snapshot.endpoints[0]!, uid })),
    weightUids: Array.from({ length: n }, (_, uid) => Uint32Array.of(uid)),
    weightVals: Array.from({ length: n }, () => Uint32Array.of(1)),
  };
  const graph = new Metagraph({}, { snapshot: large, scores: NO_SCORES });
  const { texts, count } = contentOf(await plotWeights(graph));
  assert.ok(texts.includes("Weights of 300 neurons: the largest of each 3 × 3"));
  assert.equal(count("rect"), n / 3 + 1 + 50);
});

Deno.test("plotIncentive() draws a dot for each neuron, which says its uid", async () => {
  const { count } = contentOf(await plotIncentive(await recordedGraph()));
  assert.equal(count("circle"), 4);
  assert.equal(count("circle title"), 4);
});

Deno.test("plotChange() draws a bar for each stake that changed", async () => {
  const { snapshot } = await recordedGraph();
  const later = {
    ...snapshot,
    block: snapshot.block + 1,
    stake: snapshot.stake.with(2, 10n ** 9n),
  };
  const { texts, count } = contentOf(await plotChange(snapshot, later));
  assert.equal(count("rect"), 1);
  const title =
    "Block 406630 to 406631: 0 neurons added, 0 removed, 0 replaced, stake of 1 changed";
  assert.ok(texts.includes(title));
});

Deno.test("pictures of nothing are empty frames", async () => {
  const graph = metagraph();
  for (
    const figure of [await plotStake(graph), await plotWeights(graph), await plotIncentive(graph)]
  ) {
    assert.match(contentOf(figure).texts.join("\n"), / 0 neurons/);
  }
  const { texts } = contentOf(await plotChange(graph.snapshot, graph.snapshot));
  assert.ok(texts.includes("no stake changed"));
});

Deno.test("a picture shows itself in a notebook, and is a file of its own", async () => {
  const figure = await plotStake(await recordedGraph());
  const display = Symbol.for("Jupyter.display") as unknown as keyof Figure;
  const shown = (figure[display] as unknown as () => Record<string, string>).call(figure);
  const { "text/html": html, ...texts } = shown;
  assert.deepEqual(texts, { "text/plain": String(figure), "image/svg+xml": figure.svg });
  const [, base64] = /^<img alt="Stake of .*" src="data:image\/svg\+xml;base64,(.*)">$/.exec(
    html!,
  )!;
  assert.equal(new TextDecoder().decode(Uint8Array.fromBase64(base64!)), figure.svg);
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "stake.svg");
    await figure.save(file);
    const svg = await Deno.readTextFile(file);
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.equal(svg, figure.svg);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
