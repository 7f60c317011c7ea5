/**
 * Requests per second of our dendrite and axon against bare grpc-js that moves the same bytes.
 *
 * Run with `deno task bench`. Every client and every server is a process of its own; 32 requests are
 * in flight. Two are compared at a time: they take turns in rounds so short that the machine is
 * equally busy for both, and start several times anew, since some processes run faster for all of
 * their life than others. A ratio is the geometric mean over all rounds.
 */

import type { Mode } from "./echo.ts";
import { type BenchProcess, median, startProcess } from "./process.ts";

const STARTS = 6;
const ROUNDS = 12;
const ROUND_MS = 250;
const WARM_UP_MS = 1_200;

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
  ["ours to untuned bare grpc-js, signatures off", LARGE, "off", "untuned"],
  ["tuned to untuned bare grpc-js", LARGE, "bare", "untuned"],
  ["with signatures to without (bar: 0.75)", SMALL, "required", "off"],
  ["with signatures to without", LARGE, "required", "off"],
];

for (const [name, size, of, to] of COMPARISONS) {
  const [rates, others] = await measure(size, of, to);
  const logarithms = rates.map((rate, round) => Math.log(rate / others[round]!));
  const mean = logarithms.reduce((sum, value) => sum + value) / logarithms.length;
  console.log(
    `Echo of ${size.title}, ${name}: ${Math.exp(mean).toFixed(2)} ` +
      `(${median(rates).toFixed(0)} and ${median(others).toFixed(0)} requests/s)`,
  );
}

/** The requests per second of two modes, round by round. */
async function measure(
  size: Size,
  of: Mode,
  to: Mode,
): Promise<readonly [of: number[], to: number[]]> {
  const rates: [number[], number[]] = [[], []];
  for (let start = 0; start < STARTS; start++) {
    await using processes = new AsyncDisposableStack();
    const clients = [await startPair(processes, of, size), await startPair(processes, to, size)];
    for (const client of clients) await rateFor(client, WARM_UP_MS);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, client] of clients.entries()) {
        rates[index]!.push(await rateFor(client, ROUND_MS));
      }
    }
  }
  return rates;
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

async function rateFor(client: BenchProcess, milliseconds: number): Promise<number> {
  await client.write(String(milliseconds));
  return Number(await client.read());
}
