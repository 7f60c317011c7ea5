/**
 * Requests per second of our dendrite and axon against bare grpc-js that moves the same bytes.
 *
 * Run with `deno task bench`. Every client and every server is a process of its own; 32 requests are
 * in flight. The pairs take turns in rounds so short that the machine is equally busy for neighbours,
 * and start several times anew, since some processes run faster for all of their life than others.
 * A ratio is the geometric mean over all rounds.
 */

import type { Mode } from "./echo.ts";
import { type BenchProcess, median, startProcess } from "./process.ts";

const STARTS = 3;
const ROUNDS = 16;
const ROUND_MS = 250;
const WARM_UP_MS = 1_200;

/** The pairs, and what each of ours is compared with. */
const MODES: readonly Mode[] = ["bare", "untuned", "off", "required"];
const RATIOS: readonly (readonly [name: string, of: Mode, to: Mode])[] = [
  ["ours to bare grpc-js, signatures off (bar: 0.75)", "off", "bare"],
  ["ours to untuned grpc-js, signatures off", "off", "untuned"],
  ["tuned to untuned bare grpc-js", "bare", "untuned"],
  ["with signatures to without (bar at 18 KB: 0.75)", "required", "off"],
];

for (const [title, batch, sequence] of [["18 KB", 1, 9], ["1 MB", 8, 64]] as const) {
  const rates = await measure(batch, sequence);
  console.log(`\nEcho of ${title}, 32 in flight, requests per second`);
  for (const mode of MODES) console.log(`  ${mode.padEnd(10)} ${median(rates[mode]).toFixed(0)}`);
  for (const [name, of, to] of RATIOS) {
    const logarithms = rates[of].map((rate, round) => Math.log(rate / (rates[to][round] ?? NaN)));
    const mean = logarithms.reduce((sum, value) => sum + value) / logarithms.length;
    console.log(`  ${name}: ${Math.exp(mean).toFixed(2)}`);
  }
}

async function measure(batch: number, sequence: number): Promise<Record<Mode, number[]>> {
  const rates: Record<Mode, number[]> = { bare: [], untuned: [], off: [], required: [] };
  for (let start = 0; start < STARTS; start++) {
    await using processes = new AsyncDisposableStack();
    const clients = await startClients(processes, [String(batch), String(sequence)]);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [mode, client] of clients) {
        await client.write(String(round < 0 ? WARM_UP_MS : ROUND_MS));
        const rate = Number(await client.read());
        if (round >= 0) rates[mode].push(rate);
      }
    }
  }
  return rates;
}

/** A client for each mode, with a server of its own. */
async function startClients(
  processes: AsyncDisposableStack,
  dims: readonly string[],
): Promise<Map<Mode, BenchProcess>> {
  const clients = new Map<Mode, BenchProcess>();
  for (const mode of MODES) {
    const server = processes.use(startProcess("./echo_server.ts", mode, "1", ...dims));
    const [port] = JSON.parse(await server.read());
    clients.set(mode, processes.use(startProcess("./echo_client.ts", mode, port, ...dims)));
  }
  return clients;
}
