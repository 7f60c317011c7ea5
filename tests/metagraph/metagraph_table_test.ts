import assert from "node:assert/strict";
import { Metagraph } from "../../lib/metagraph/metagraph.ts";
import { NO_SCORES } from "../../lib/metagraph/scores.ts";
import { recordedGraph } from "./recorded_graph.ts";

/** What a notebook shows for a metagraph that is the last expression of a cell. */
function displayed(graph: Metagraph): Record<string, string> {
  const display = Symbol.for("Jupyter.display") as unknown as keyof Metagraph;
  return (graph[display] as unknown as () => Record<string, string>).call(graph);
}

Deno.test("a notebook shows a metagraph as a table, with text for terminals", async () => {
  const { "text/plain": text, "text/html": html } = displayed(await recordedGraph());
  const [title, head, ...rows] = text!.split("\n");
  assert.equal(title, "Metagraph (4,406630,akatsuki)");
  assert.equal(
    head!.trim().split(/ {2,}/).join("|"),
    "uid|stake|rank|trust|incentive|last update|address|hotkey",
  );
  assert.equal(rows.length, 4);
  assert.match(
    rows[1]!,
    /^ +1 +τ250\.0 +83\.333 +0\.99404 +0\.16567 +16171 +\/ipv4\/148\.102\.113\.132:8091 +5EPC/,
  );
  assert.equal(html!.match(/<tr>/g)?.length, 5);
  assert.match(html!, /<caption>Metagraph \(4,406630,akatsuki\)<\/caption>/);
});

Deno.test("a table of many neurons has the first and the last", async () => {
  const { snapshot } = await recordedGraph();
  const n = 1000;
  const scores = {
    ranks: new Float32Array(n),
    trust: new Float32Array(n),
    incentive: new Float32Array(n),
  };
  const many = {
    ...snapshot,
    endpoints: Array.from({ length: n }, (_, uid) => ({ ...snapshot.endpoints[0]!, uid })),
    stake: new BigUint64Array(n),
    lastUpdate: new Uint32Array(n),
  };
  const lines = displayed(new Metagraph({}, { snapshot: many, scores }))["text/plain"]!.split("\n");
  assert.deepEqual(lines.slice(2).map((line) => line.trim().split(" ")[0]), [
    ...Array.from({ length: 10 }, (_, uid) => `${uid}`),
    "…",
    ...Array.from({ length: 10 }, (_, index) => `${n - 10 + index}`),
  ]);
});

Deno.test("a table escapes what HTML would read as its own", async () => {
  const { snapshot } = await recordedGraph();
  const graph = new Metagraph({}, {
    network: '<b>&"',
    snapshot: { ...snapshot, endpoints: [] },
    scores: NO_SCORES,
  });
  assert.match(displayed(graph)["text/html"]!, /&#60;b&#62;&#38;&#34;/);
});

Deno.test("console.log() of a metagraph prints its text form", async () => {
  assert.equal(Deno.inspect(await recordedGraph()), "Metagraph (4,406630,akatsuki)");
});
