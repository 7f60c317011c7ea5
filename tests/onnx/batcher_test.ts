import assert from "node:assert/strict";
import { Batcher, type BatchingOptions, type BatchPlace } from "../../lib/onnx/batcher.ts";

/** Longer than any test waits: what is answered was not held back. */
const LONG_MS = 3_600_000;

const place = (length: number): BatchPlace => ({
  bucket: "text",
  rows: 1,
  length,
});

/** A batcher whose model answers in capitals, run by run, when it is told to. */
function capitals(options: BatchingOptions = {}) {
  const runs: string[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const batcher = new Batcher<string, string>(async (requests) => {
    runs.push([...requests]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    if (requests.includes("bad")) throw new Error(`cannot answer ${requests.join(" ")}`);
    return requests.map((request) => request.toUpperCase());
  }, options);
  /** Lets the run in progress end, and the next one start. */
  const finishRun = async () => {
    gates.shift()?.resolve();
    await turn();
  };
  return { batcher, runs, finishRun };
}

/** Until all promises have settled that wait for nothing. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

Deno.test("submit() runs a lone request at once", async () => {
  const { batcher, runs, finishRun } = capitals({ windowMs: LONG_MS });
  for (const request of ["a", "b"]) {
    const answer = batcher.submit(request, place(1));
    await turn();
    assert.deepEqual(runs.at(-1), [request]);
    await finishRun();
    assert.equal(await answer, request.toUpperCase());
  }
});

Deno.test("submit() merges what comes in one moment, and what gathers during a run", async () => {
  const { batcher, runs, finishRun } = capitals();
  const answers = ["a", "b", "c"].map((request) => batcher.submit(request, place(1)));
  await turn();
  const later = ["d", "e"].map((request) => batcher.submit(request, place(1)));
  await turn();
  assert.deepEqual(runs, [["a", "b", "c"]]);
  await finishRun();
  assert.deepEqual(await Promise.all(answers), ["A", "B", "C"]);
  assert.deepEqual(runs, [["a", "b", "c"], ["d", "e"]]);
  await finishRun();
  assert.deepEqual(await Promise.all(later), ["D", "E"]);
});

Deno.test("submit() waits for company within the window once requests have come together", async () => {
  const { batcher, runs, finishRun } = capitals({ windowMs: LONG_MS, maxTokens: 4 });
  const first = [batcher.submit("a", place(1)), batcher.submit("b", place(1))];
  await turn();
  await finishRun();
  await Promise.all(first);
  const second = [batcher.submit("c", place(2))];
  await turn();
  assert.equal(runs.length, 1); // waits
  second.push(batcher.submit("d", place(2)));
  await turn();
  assert.deepEqual(runs.at(-1), ["c", "d"]); // the budget is reached
  await finishRun();
  await Promise.all(second);
});

Deno.test("submit() does not wait longer than the window", async () => {
  const { batcher, runs, finishRun } = capitals({ windowMs: 1 });
  const first = [batcher.submit("a", place(1)), batcher.submit("b", place(1))];
  await turn();
  await finishRun();
  await Promise.all(first);
  const lone = batcher.submit("c", place(1));
  while (runs.length < 2) await turn();
  assert.deepEqual(runs.at(-1), ["c"]);
  await finishRun();
  assert.equal(await lone, "C");
});

Deno.test("submit() keeps to the budget of tokens, padding included", async () => {
  const { batcher, runs, finishRun } = capitals({ maxTokens: 12 });
  const lengths = { a: 4, b: 5, c: 3, d: 1, e: 20 };
  const answers = Object.entries(lengths).map(([request, length]) =>
    batcher.submit(request, place(length))
  );
  await turn();
  // a and b make 2 × 5; c would make 3 × 5. Then c and d make 2 × 3; e is too long for any company.
  for (let run = 0; run < 3; run++) await finishRun();
  assert.deepEqual(runs, [["a", "b"], ["c", "d"], ["e"]]);
  assert.deepEqual(await Promise.all(answers), ["A", "B", "C", "D", "E"]);
});

Deno.test("submit() merges only within a bucket, the oldest request first", async () => {
  const { batcher, runs, finishRun } = capitals();
  const buckets = ["long", "short", undefined, "short", "long", undefined];
  const answers = buckets.map((bucket, index) =>
    batcher.submit(`${index}`, { bucket, rows: 1, length: 1 })
  );
  await turn();
  for (let run = 0; run < 4; run++) await finishRun();
  assert.deepEqual(runs, [["0", "4"], ["1", "3"], ["2"], ["5"]]);
  assert.deepEqual(await Promise.all(answers), ["0", "1", "2", "3", "4", "5"]);
});

Deno.test("submit() that is aborted takes its request out before it runs", async () => {
  const { batcher, runs, finishRun } = capitals();
  const running = batcher.submit("a", place(1));
  await turn();
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const waiting = batcher.submit("b", place(1), controller.signal);
  const other = batcher.submit("c", place(1));
  controller.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  await assert.rejects(
    batcher.submit("d", place(1), controller.signal),
    (error) => error === reason,
  );
  await finishRun();
  await finishRun();
  assert.deepEqual(await Promise.all([running, other]), ["A", "C"]);
  assert.deepEqual(runs, [["a"], ["c"]]);
});

Deno.test("submit() that is aborted leaves no timer behind", async () => {
  const { batcher, runs, finishRun } = capitals({ windowMs: LONG_MS });
  const first = [batcher.submit("a", place(1)), batcher.submit("b", place(1))];
  await turn();
  await finishRun();
  await Promise.all(first);
  const controller = new AbortController();
  const waiting = batcher.submit("c", place(1), controller.signal);
  controller.abort(new Error("changed my mind"));
  await assert.rejects(waiting, /changed my mind/);
  assert.equal(runs.length, 1); // The runner of this test reports a timer that is left.
});

Deno.test("submit() that is aborted during its run rejects, and leaves the others alone", async () => {
  const { batcher, finishRun } = capitals();
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const aborted = batcher.submit("a", place(1), controller.signal);
  const other = batcher.submit("b", place(1));
  await turn();
  controller.abort(reason);
  await assert.rejects(aborted, (error) => error === reason);
  await finishRun();
  assert.equal(await other, "B");
});

Deno.test("submit() refuses what exceeds the queue, and takes requests again later", async () => {
  const { batcher, finishRun } = capitals({ maxWaiting: 2 });
  const answers = [batcher.submit("a", place(1))];
  await turn();
  answers.push(batcher.submit("b", place(1)), batcher.submit("c", place(1)));
  await assert.rejects(batcher.submit("d", place(1)), {
    name: "BittensorError",
    code: "nucleus/full",
    message: /2 wait already/,
  });
  await finishRun();
  answers.push(batcher.submit("e", place(1)));
  await finishRun();
  await finishRun();
  assert.deepEqual(await Promise.all(answers), ["A", "B", "C", "E"]);
});

Deno.test("submit() gives each of a failed batch an answer or an error of its own", async () => {
  const { batcher, runs, finishRun } = capitals();
  const answers = Promise.allSettled(
    ["a", "bad", "c"].map((request) => batcher.submit(request, place(1))),
  );
  await turn();
  for (let run = 0; run < 4; run++) await finishRun();
  assert.deepEqual(runs, [["a", "bad", "c"], ["a"], ["bad"], ["c"]]);
  const [a, bad, c] = await answers;
  assert.deepEqual([a, c], [
    { status: "fulfilled", value: "A" },
    { status: "fulfilled", value: "C" },
  ]);
  assert(bad?.status === "rejected");
  assert.match(String(bad.reason), /cannot answer bad$/);
});

Deno.test("Batcher rejects options that make no sense", () => {
  for (
    const options of [{ windowMs: -1 }, { windowMs: NaN }, { maxTokens: 0 }, { maxWaiting: 1.5 }]
  ) {
    assert.throws(() => capitals(options), RangeError);
  }
});
