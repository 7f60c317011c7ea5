/**
 * Requests per second of our dendrite and axon against bare grpc-js that moves the same bytes.
 *
 * Run with `deno run -P=test bench/echo_bench.ts [starts]`. Every client and every server is a process
 * of its own; 32 requests are in flight. Two stacks are compared at a time: they start together,
 * several times anew, since some processes run faster for all of their life than others, and take
 * turns in short rounds, in the order A B B A, so that what slows the machine down for a while slows
 * both. The first of these turns warm up and do not count. Each of the others gives a ratio; their
 * median is told, and what the middle half of them spans.
 */

import type { Mode } from "./echo.ts";
import { percentile } from "bittensor";
import { type BenchProcess, median, startProcess } from "./process.ts";

const STARTS = Number(Deno.args[0] ?? 4);
const TURNS = 4;
const WARM_UP_TURNS = 2;
const ROUND_MS = 200;

/** Answers of that shape, before their 512 values each. */
interface Size {
  readonly title: string;
  readonly batch: number;
  readonly sequence: number;
}

const SMALL: Size = { title: "18 KB", batch: 1, sequence: 9 };
const LARGE: Size = { title: "1 MB", batch: 8, sequence: 64 };

const COMPARISONS: readonly (readonly [name: string, size: Size, of: Mode, to: Mode])[] = [
  ["ours to bare grpc-js, signatures off (bar: 0.75)", SMALL, "off", "bare"],
  ["ours to bare grpc-js, signatures off (bar: 0.75)", LARGE, "off", "bare"],
  ["ours to untuned bare grpc-js, signatures off (aim: 1.3)", LARGE, "off", "untuned"],
  ["tuned to untuned bare grpc-js", LARGE, "bare", "untuned"],
  ["with signatures to without (bar: 0.75)", SMALL, "required", "off"],
  ["with signatures to without", LARGE, "required", "off"],
];

for (const [name, size, of, to] of COMPARISONS) {
  const turns = await measure(size, of, to);
  const ratios = turns.map(([rate = NaN, other = NaN]) => rate / other);
  const [low, ratio, high] = [25, 50, 75].map((share) => percentile(ratios, share).toFixed(2));
  const rates = [0, 1].map((index) => median(turns.map((turn) => turn[index]!)).toFixed(0));
  console.log(
    `Echo of ${size.title}, ${name}: ${ratio} (${low} to ${high}; ` +
      `${rates.join(" and ")} requests/s)`,
  );
}

/** The requests per second of two modes, turn by turn. */
async function measure(size: Size, of: Mode, to: Mode): Promise<(readonly number[])[]> {
  const turns: (readonly number[])[] = [];
  for (let start = 0; start < STARTS; start++) {
    await using processes = new AsyncDisposableStack();
    const clients = await Promise.all([of, to].map((mode) => startPair(processes, mode, size)));
    for (let turn = -WARM_UP_TURNS; turn < TURNS; turn++) {
      const rates = [0, 0];
      // Each goes first as often as the other.
      const order = turn % 2 === 0 ? [0, 1, 1, 0] : [1, 0, 0, 1];
      for (const index of order) rates[index]! += await rateFor(clients[index]!) / 2;
      if (turn >= 0) turns.push(rates);
    }
  }
  return turns;
}

/** A client with a server of its own. */
async function startPair(
  processes: AsyncDisposableStack,
  mode: Mode,
  { batch, sequence }: Size,
): Promise<BenchProcess> {
  const dims = [String(batch), String(sequence)];
  const server = processes.use(startProcess("./echo_server.ts", mode, "1", ...dims));
  const [port] = JSON.parse(await server.read());
  return processes.use(startProcess("./echo_client.ts", mode, String(port), ...dims));
}

async function rateFor(client: BenchProcess): Promise<number> {
  await client.write(String(ROUND_MS));
  return Number(await client.read());
}
