import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { keypairFromUri, verify } from "../../lib/wallet/keypair.ts";
import { connect } from "../../lib/wire/grpc.ts";
import type { Channel } from "../../lib/wire/rpc.ts";
import type { Identity } from "../../lib/wire/identity.ts";
import type { Pieces } from "../../lib/wire/pieces.ts";
import { RequestSigner } from "../../lib/wire/request_signer.ts";
import type { SignaturePolicy } from "../../lib/wire/signature_policy.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../../lib/wire/tensor_message.ts";

const ALICE = keypairFromUri("//Alice");

function identity(uri: string): Identity {
  const hotkey = keypairFromUri(uri);
  return {
    hotkey: () => Promise.resolve(hotkey),
    coldkeypub: () => Promise.resolve(hotkey.address),
  };
}

function tokens(...values: bigint[]): Pieces {
  const ids = new Tensor("int64", BigInt64Array.from(values), [1, values.length]);
  return encodeTensor(ids, { modality: Modality.TEXT });
}

/** An axon of a development account, and what it answers to bytes. */
async function startAxon(uri: string, signatures: SignaturePolicy) {
  const wallet = identity(uri);
  const server = await axon({
    wallet,
    signatures,
    ip: "127.0.0.1",
    port: 0,
    forwardText: (_caller, { dims }) => zeros([dims[0]!, dims[1]!, NETWORK_DIM]),
  }).start();
  const channel: Channel = connect(`127.0.0.1:${server.port}`);
  const send = (bytes: Pieces) => channel.call("Forward", bytes, { timeoutMs: 20_000 });
  const close = async () => {
    await channel.close();
    await server.stop();
  };
  const { address } = await wallet.hotkey();
  return { server, address, send, [Symbol.asyncDispose]: close };
}

type Peer = Awaited<ReturnType<typeof startAxon>>;

/** The bytes of requests of Alice that the axon has answered: one signed by her, one in a session. */
async function signedRequests({ address: receiver, send }: Peer): Promise<Pieces[]> {
  const sent: Pieces[] = [];
  const signer = new RequestSigner({ signatures: "required", hotkey: ALICE, verify });
  for (let call = 0; call < 2; call++) {
    const request = { method: "Forward", tensors: [tokens(1n, 2n, 3n)], receiver } as const;
    const answer = await signer.exchange(request, (bytes) => {
      sent.push(bytes);
      return send(bytes);
    });
    assert.equal(answer.returnCode, ReturnCode.Success);
  }
  return sent;
}

Deno.test("Axon refuses in required mode what was replayed, redirected, tampered or not signed", async () => {
  await using bob = await startAxon("//Bob", "required");
  await using charlie = await startAxon("//Charlie", "required");
  for (const bytes of await signedRequests(bob)) {
    const { hotkey, nounce, signature } = decodeMessage(
      new Uint8Array(bytes.flatMap((piece) => [...piece])),
    );
    const tampered = encodeMessage({ hotkey, nounce, signature, tensors: [tokens(1n, 2n, 4n)] });
    const answers = [await bob.send(bytes), await charlie.send(bytes), await bob.send(tampered)];
    const codes = answers.map((answer) => decodeMessage(answer).returnCode);
    assert.deepEqual(codes, Array(3).fill(ReturnCode.SenderUnknown));
  }
  const unsigned = encodeMessage({ hotkey: ALICE.address, tensors: [tokens(1n)] });
  const { returnCode, message } = decodeMessage(await bob.send(unsigned));
  assert.equal(returnCode, ReturnCode.SenderUnknown);
  assert.equal(message, "This axon takes signed requests only");
  assert.deepEqual(bob.server.statistics().refused, {
    "reused-nonce": 2,
    "wrong-signature": 2,
    "unsigned": 1,
  });
  assert.deepEqual(charlie.server.statistics().refused, {
    "wrong-receiver": 1,
    "unknown-session": 1,
  });
});

Deno.test("Axon answers unsigned requests in verified mode, and signed ones in every mode", async () => {
  for (const signatures of ["verified", "off"] as const) {
    await using bob = await startAxon("//Bob", signatures);
    const unsigned = encodeMessage({ hotkey: ALICE.address, tensors: [tokens(1n)] });
    const answer = decodeMessage(await bob.send(unsigned));
    assert.equal(answer.returnCode, ReturnCode.Success);
    assert.equal(answer.signature.length, 0);
  }
  await using bob = await startAxon("//Bob", "verified");
  const [, bytes] = await signedRequests(bob);
  assert.equal(decodeMessage(await bob.send(bytes!)).returnCode, ReturnCode.SenderUnknown);
});
