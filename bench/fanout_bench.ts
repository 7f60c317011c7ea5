/**
 * One question to a hundred axons at once, against a hundred bare calls one after the other.
 *
 * Run with `deno task bench`. The servers are in a process of their own, the client is here; all
 * connections are open before the measurement.
 */

import * as bittensor from "bittensor";
import { bareCall, echoEndpoint, echoRequest, echoWallet } from "./echo.ts";
import { median, startProcess } from "./process.ts";

const AXONS = 100;
const ROUNDS = 20;

for (const [title, batch, sequence] of [["18 KB", 1, 9], ["1 MB", 8, 64]] as const) {
  await using processes = new AsyncDisposableStack();
  const portsOf = async (mode: string): Promise<number[]> => {
    const dims = [String(batch), String(sequence)];
    const server = processes.use(startProcess("./echo_server.ts", mode, String(AXONS), ...dims));
    return JSON.parse(await server.read());
  };
  const { ids, message } = echoRequest(batch, sequence);
  const bareCalls = (await portsOf("bare")).map((port) => bareCall(port, message));
  const endpoints = (await portsOf("required")).map(echoEndpoint);
  const dendrite = processes.use(bittensor.dendrite({ wallet: echoWallet("//Alice") }));

  const rounds: { sum: number; total: number; times: readonly number[] }[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    let start = performance.now();
    for (const call of bareCalls) await call();
    const sum = performance.now() - start;
    start = performance.now();
    const { times, codes } = await dendrite.forwardText({ endpoints, inputs: ids });
    const total = performance.now() - start;
    if (codes.some((code) => code !== bittensor.ReturnCode.Success)) throw new Error("no answer");
    if (round >= 0) rounds.push({ sum, total, times });
  }
  const sum = median(rounds.map(({ sum }) => sum));
  const total = median(rounds.map(({ total }) => total));
  const times = rounds.flatMap(({ times }) => times).toSorted((a, b) => a - b);
  const p99 = bittensor.percentile(times, 99);
  console.log(
    `\nFan-out to ${AXONS} axons, signed, answers of ${title}, in ms\n` +
      `  ${AXONS} bare calls one after the other  ${sum.toFixed(1)}\n` +
      `  one call to ${AXONS} axons               ${total.toFixed(1)}, x ${
        (total / sum).toFixed(2)
      }\n` +
      `  of which an answer takes            ${median(times).toFixed(1)} (median), ` +
      `${p99.toFixed(1)} (99th percentile)`,
  );
}
Deno.exit();
