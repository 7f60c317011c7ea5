// Run by the benches in a process of its own: answers every request for representations with the same
// ones. Prints its ports as JSON.
//
// deno run bench/echo_server.ts <bare|untuned|off|required> <servers> <batch> <sequence>

import * as grpc from "@grpc/grpc-js";
import * as bittensor from "bittensor";
import { SERVER_OPTIONS } from "../lib/wire/grpc.ts";
import { echoAnswer, echoMethod, echoWallet, type Mode, serverUri } from "./echo.ts";

const [mode, servers, ...dims] = Deno.args;
const [batch, sequence] = dims.map(Number);
const answer = echoAnswer(batch!, sequence!);

async function startAxon(signatures: "off" | "required", uid: number): Promise<number> {
  const output = new bittensor.Tensor("float32", answer.data, [
    batch!,
    sequence!,
    bittensor.NETWORK_DIM,
  ]);
  const axon = await bittensor.axon({
    wallet: echoWallet(serverUri(uid)),
    ip: "127.0.0.1",
    port: 0,
    signatures,
    maximumRequestsPerSecond: Infinity,
    // The axon tries its callback with a small sample before it starts.
    forwardText: (_caller, { dims: [rows, columns] }) =>
      rows === batch ? output : bittensor.zeros([rows!, columns!, bittensor.NETWORK_DIM]),
  }).start();
  return axon.port;
}

function startBare(options: grpc.ServerOptions): Promise<number> {
  const server = new grpc.Server(options);
  server.addService({ echo: echoMethod }, {
    echo: (_call: unknown, reply: grpc.sendUnaryData<Uint8Array>) => reply(null, answer.message),
  });
  return new Promise((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, port) => error === null ? resolve(port) : reject(error),
    )
  );
}

const start: Record<Mode, (uid: number) => Promise<number>> = {
  bare: () => startBare(SERVER_OPTIONS),
  untuned: () => startBare({}),
  off: (uid) => startAxon("off", uid),
  required: (uid) => startAxon("required", uid),
};
const ports = await Promise.all(
  Array.from({ length: Number(servers) }, (_, uid) => start[mode as Mode](uid)),
);
console.log(JSON.stringify(ports));
