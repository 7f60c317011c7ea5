/** What the servers and clients of the benches exchange, and how bare grpc-js does it. */

import { Buffer } from "node:buffer";
import * as grpc from "@grpc/grpc-js";
import * as bittensor from "bittensor";
import { CLIENT_OPTIONS } from "../lib/wire/grpc.ts";
import { join } from "../lib/wire/pieces.ts";
import { encodeTensor } from "../lib/wire/tensor_codec.ts";
import { encodeMessage } from "../lib/wire/tensor_message.ts";

/** Bare grpc-js with our channel options, or with none; or ours, without and with signatures. */
export type Mode = "bare" | "untuned" | "off" | "required";

/** Bytes in and bytes out: all that a bare server and a bare client do. */
export const echoMethod = {
  path: "/Bittensor/Forward",
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
} as const;

/** The development key of the server of that number: each has a hotkey of its own. */
export function serverUri(uid: number): string {
  return `//server//${uid}`;
}

/** A wallet of a public development key. */
export function echoWallet(uri: string): bittensor.Identity {
  const hotkey = bittensor.keypairFromUri(uri);
  return {
    hotkey: () => Promise.resolve(hotkey),
    coldkeypub: () => Promise.resolve(hotkey.address),
  };
}

/** Token ids to ask with, and the message that carries them. */
export function echoRequest(batch: number, sequence: number) {
  const data = new BigInt64Array(batch * sequence).fill(464n);
  const ids = new bittensor.Tensor("int64", data, [batch, sequence]);
  const tensors = [encodeTensor(ids, { modality: bittensor.Modality.TEXT })];
  const hotkey = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
  return { ids, message: Buffer.from(join(encodeMessage({ hotkey, tensors }))) };
}

/** Representations to answer with, and the message that carries them. */
export function echoAnswer(batch: number, sequence: number) {
  const data = Float32Array.from({ length: batch * sequence * 512 }, () => Math.random());
  const output = new bittensor.Tensor("float32", data, [batch, sequence, 512]);
  const tensors = [encodeTensor(output, { modality: bittensor.Modality.TENSOR })];
  const hotkey = `0x${"0".repeat(64)}`;
  const message = Buffer.from(join(encodeMessage({ hotkey, tensors, message: "Success" })));
  return { data, message };
}

/** The neuron of that number, at a port of this machine. */
export function echoEndpoint(port: number, uid = 0): bittensor.Endpoint {
  const { address } = bittensor.keypairFromUri(serverUri(uid));
  return {
    uid,
    hotkey: address,
    coldkey: address,
    ip: "127.0.0.1",
    ipType: 4,
    port,
    modality: bittensor.Modality.TEXT,
  };
}

/** A call of bare grpc-js, over a connection of its own. */
export function bareCall(
  port: number,
  message: Buffer,
  options: grpc.ChannelOptions = CLIENT_OPTIONS,
): () => Promise<void> {
  const credentials = grpc.credentials.createInsecure();
  const client = new grpc.Client(`127.0.0.1:${port}`, credentials, options);
  const { path, requestSerialize, responseDeserialize } = echoMethod;
  return () =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        new grpc.Metadata(),
        { deadline: Date.now() + 20_000 },
        (error) => error === null ? resolve() : reject(error),
      )
    );
}
