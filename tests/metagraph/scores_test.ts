import assert from "node:assert/strict";
import fc from "fast-check";
import { rao, toTao } from "../../lib/domain/balance.ts";
import { TAU, WEIGHT_SCALE } from "../../lib/domain/constants.ts";
import type { DeviceChoice } from "../../lib/onnx/device.ts";
import { Scorer, type Scores } from "../../lib/metagraph/scores.ts";
import { type SparseWeights, weightBlocks, weightMatrix } from "../../lib/metagraph/weights.ts";

/** The formulas, written down a second time: one neuron after the other, in double precision. */
function referenceScores(
  { weightUids, weightVals }: SparseWeights,
  stake: readonly bigint[],
): { [Name in keyof Scores]: number[] } {
  const tao = stake.map(toTao);
  const ranks = tao.map(() => 0);
  const support = tao.map(() => 0);
  for (const [from, uids] of weightUids.entries()) {
    for (let index = 0; index < uids.length; index++) {
      const to = uids[index]!;
      const value = weightVals[from]![index]!;
      ranks[to]! += value / WEIGHT_SCALE * tao[from]!;
      support[to]! += value > 0 ? tao[from]! : 0;
    }
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const share = (part: number, whole: number) => whole === 0 ? 0 : part / whole;
  return {
    ranks,
    trust: support.map((number) => share(number, sum(tao))),
    incentive: ranks.map((number) => TAU * share(number, sum(ranks))),
  };
}

function assertClose(actual: Scores, expected: { [Name in keyof Scores]: number[] }): void {
  for (const name of ["ranks", "trust", "incentive"] as const) {
    assert.equal(actual[name].length, expected[name].length);
    for (const [uid, value] of expected[name].entries()) {
      const difference = Math.abs(actual[name][uid]! - value);
      assert.ok(
        difference <= 2e-5 * value,
        `${name} of ${uid}: ${actual[name][uid]}, not ${value}`,
      );
    }
  }
}

/** Networks whose neurons weigh some of each other, not necessarily all to 1. */
const networks = fc.integer({ min: 1, max: 40 }).chain((n) =>
  fc.record({
    rows: fc.array(
      fc.uniqueArray(fc.tuple(fc.nat(n - 1), fc.nat(WEIGHT_SCALE)), { selector: ([uid]) => uid }),
      { minLength: n, maxLength: n },
    ),
    stake: fc.array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 10n ** 17n)), {
      minLength: n,
      maxLength: n,
    }),
  })
);

/** A network of n neurons, all of which weigh all others; some have the same weights. */
function denseNetwork(n: number): { weights: SparseWeights; stake: bigint[] } {
  const uids = Uint32Array.from({ length: n }, (_, uid) => uid);
  const different = Array.from(
    { length: Math.min(n, 61) },
    (_, row) => Uint32Array.from(uids, (uid) => (row * 7919 + uid * 104_729) % 1_000_003 * 4000),
  );
  const stake = Array.from({ length: n }, (_, uid) => BigInt(uid % 97) * 10n ** 10n + 1n);
  return {
    weights: {
      weightUids: Array(n).fill(uids),
      weightVals: Array.from({ length: n }, (_, row) => different[row % different.length]!),
    },
    stake,
  };
}

/** A network of n neurons, each of which weighs `count` others. */
function sparseNetwork(n: number, count: number): { weights: SparseWeights; stake: bigint[] } {
  const rows = Array.from({ length: n }, (_, row) => row);
  const places = Array.from({ length: count }, (_, place) => place);
  return {
    weights: {
      weightUids: rows.map((row) => Uint32Array.from(places, (place) => (row * row + place) % n)),
      weightVals: rows.map((row) =>
        Uint32Array.from(places, (place) => (row + place * 977) * 1009)
      ),
    },
    stake: rows.map((uid) => BigInt(uid % 97) * 10n ** 10n + 1n),
  };
}

async function scoresOf(
  weights: SparseWeights,
  stake: readonly bigint[],
  device?: DeviceChoice,
): Promise<Scores> {
  await using scorer = await Scorer.load(device);
  return await scorer.scores(weights, BigUint64Array.from(stake));
}

Deno.test("scores() agrees with a loop in double precision", async () => {
  await using scorer = await Scorer.load();
  await fc.assert(
    fc.asyncProperty(networks, async ({ rows, stake }) => {
      const weights = {
        weightUids: rows.map((row) => Uint32Array.from(row, ([uid]) => uid)),
        weightVals: rows.map((row) => Uint32Array.from(row, ([, value]) => value)),
      };
      const scores = await scorer.scores(weights, BigUint64Array.from(stake));
      assertClose(scores, referenceScores(weights, stake));
    }),
    { numRuns: 200 },
  );
});

Deno.test("scores() agrees with the loop on 4096 neurons that all weigh each other", async () => {
  const { weights, stake } = denseNetwork(4096);
  assertClose(await scoresOf(weights, stake), referenceScores(weights, stake));
});

Deno.test("scores() agrees with the loop where few weights are set, in one block or in several", async () => {
  for (const [n, count] of [[1000, 0], [1000, 1], [1000, 30], [2000, 100]] as const) {
    const { weights, stake } = sparseNetwork(n, count);
    assertClose(await scoresOf(weights, stake), referenceScores(weights, stake));
  }
});

Deno.test("scores() counts the last of several weights for a uid, as the matrix does", async () => {
  for (const n of [3, 30]) {
    const others = Array.from({ length: n - 1 }, () => new Uint32Array());
    const weights = {
      weightUids: [Uint32Array.of(2, 1, 2, 1, 2), ...others],
      weightVals: [Uint32Array.of(WEIGHT_SCALE, 9, 5, 0, WEIGHT_SCALE / 5), ...others],
    };
    const { ranks, trust } = await scoresOf(weights, Array(n).fill(rao(10n ** 9n)));
    assert.deepEqual([...ranks.subarray(0, 3)], [0, 0, Math.fround(1 / 5)]);
    assert.deepEqual([...trust.subarray(0, 3)], [0, 0, Math.fround(1 / n)]);
  }
});

Deno.test("scores() agrees with the loop where one neuron has more weights than a block", async () => {
  const { weights, stake } = sparseNetwork(1000, 2);
  const uids = Uint32Array.from(stake.keys());
  const longUids = Uint32Array.from({ length: 40_000 }, (_, index) => index % 1000);
  const longVals = Uint32Array.from({ length: 40_000 }, (_, index) => index * 1009);
  const withRow = (weightUids: Uint32Array, weightVals: Uint32Array): SparseWeights => ({
    weightUids: weights.weightUids.with(7, weightUids),
    weightVals: weights.weightVals.with(7, weightVals),
  });
  const scores = await scoresOf(withRow(longUids, longVals), stake);
  assertClose(scores, referenceScores(withRow(uids, longVals.subarray(-1000)), stake));
});

Deno.test("scores() of neurons without stake, and of none, are zeros", async () => {
  const { weights } = denseNetwork(3);
  const zeros = new Float32Array(3);
  assert.deepEqual(await scoresOf(weights, [0n, 0n, 0n]), {
    ranks: zeros,
    trust: zeros,
    incentive: zeros,
  });
  const none = await scoresOf({ weightUids: [], weightVals: [] }, []);
  assert.deepEqual(none.ranks, new Float32Array());
});

Deno.test("scores() counts the smallest weight and the smallest stake", async () => {
  const weights = {
    weightUids: [Uint32Array.of(1, 0), Uint32Array.of()],
    weightVals: [Uint32Array.of(1, 0), Uint32Array.of()],
  };
  const { ranks, trust, incentive } = await scoresOf(weights, [rao(1n), rao(0n)]);
  assert.deepEqual([...trust], [0, 1]);
  assert.deepEqual([...incentive], [0, TAU]);
  assert.equal(ranks[1], Math.fround(1e-9 * Math.fround(1 / WEIGHT_SCALE)));
});

Deno.test("weightBlocks() gives the rows of the matrix, whatever n is", () => {
  for (const n of [1, 2, 1449]) {
    const { weights } = denseNetwork(n);
    const matrix = weightMatrix(weights);
    let start = 0;
    for (const block of weightBlocks(weights)) {
      assert.deepEqual(block, matrix.subarray(start, start + block.length));
      start += block.length;
    }
    assert.equal(start, n * n);
  }
});
