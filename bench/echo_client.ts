// Run by bench/echo_bench.ts in a process of its own: asks a server with 32 requests in flight for as
// many milliseconds as each line of standard input says, and prints the requests per second.
//
// deno run bench/echo_client.ts <bare|untuned|off|required> <port> <batch> <sequence>

import * as bittensor from "bittensor";
import { CLIENT_OPTIONS } from "../lib/wire/grpc.ts";
import { bareCall, echoEndpoint, echoRequest, echoWallet, type Mode } from "./echo.ts";
import { linesOf } from "./process.ts";

const IN_FLIGHT = 32;

const [mode, port, ...dims] = Deno.args;
const { ids, message } = echoRequest(Number(dims[0]), Number(dims[1]));

function callOurs(signatures: "off" | "required"): () => Promise<void> {
  const dendrite = bittensor.dendrite({
    wallet: echoWallet("//Alice"),
    timeoutMs: 20_000,
    signatures,
  });
  const endpoints = echoEndpoint(Number(port));
  return async () => {
    const { codes, messages } = await dendrite.forwardText({ endpoints, inputs: ids });
    if (codes[0] !== bittensor.ReturnCode.Success) throw new Error(messages[0]);
  };
}

const calls: Record<Mode, () => () => Promise<void>> = {
  bare: () => bareCall(Number(port), message, CLIENT_OPTIONS),
  untuned: () => bareCall(Number(port), message, {}),
  off: () => callOurs("off"),
  required: () => callOurs("required"),
};
const call = calls[mode as Mode]();
for await (const line of linesOf(Deno.stdin.readable)) {
  const start = performance.now();
  const end = start + Number(line);
  let done = 0;
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      await call();
      done++;
    }
  }));
  console.log(done / (performance.now() - start) * 1000);
}
Deno.exit();
