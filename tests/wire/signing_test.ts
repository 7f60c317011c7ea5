import assert from "node:assert/strict";
import { Tensor } from "../../lib/base/tensor.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { keypairFromUri, verify } from "../../lib/wallet/keypair.ts";
import { CallError } from "../../lib/wire/call_error.ts";
import { join, type Pieces } from "../../lib/wire/pieces.ts";
import { RequestSigner, type Send } from "../../lib/wire/request_signer.ts";
import {
  RefusedRequest,
  RequestVerifier,
  type UnsignedAnswer,
} from "../../lib/wire/request_verifier.ts";
import { SESSION_MS } from "../../lib/wire/session.ts";
import { decodeSignature } from "../../lib/wire/signature_field.ts";
import type { SignaturePolicy } from "../../lib/wire/signature_policy.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import {
  decodeMessage,
  encodeMessage,
  type OutgoingMessage,
  type TensorMessage,
} from "../../lib/wire/tensor_message.ts";

const ALICE = keypairFromUri("//Alice");
const BOB = keypairFromUri("//Bob");
const CHARLIE = keypairFromUri("//Charlie");

function tensor(...values: number[]): Pieces {
  const data = Float32Array.from(values);
  return encodeTensor(new Tensor("float32", data, [values.length]), { modality: Modality.TENSOR });
}

const REQUEST = { method: "Forward", tensors: [tensor(1, 2, 3)], receiver: BOB.address } as const;
const ANSWER: UnsignedAnswer = { tensors: [tensor(4, 5)], returnCode: 0, message: "Success" };

/** Alice, who asks Bob; their messages pass through here. */
class Conversation {
  now = Date.UTC(2026, 0, 1);
  /** Requests as they arrived, the last one at the end. */
  readonly requests: Uint8Array[] = [];
  /** Changes a request on its way, or an answer on its way back. */
  onRequest = (bytes: Uint8Array) => bytes;
  onAnswer = (bytes: Uint8Array) => bytes;
  readonly signer: RequestSigner;
  verifier: RequestVerifier;

  constructor(caller: SignaturePolicy = "verified", server: SignaturePolicy = "verified") {
    const now = () => this.now;
    this.signer = new RequestSigner({ signatures: caller, hotkey: ALICE, verify, now });
    this.verifier = this.newVerifier(server);
  }

  newVerifier(signatures: SignaturePolicy): RequestVerifier {
    return new RequestVerifier({ signatures, hotkey: BOB, verify, now: () => this.now });
  }

  ask(): Promise<TensorMessage> {
    const send: Send = (bytes) => {
      this.requests.push(join(bytes));
      return Promise.resolve(this.onAnswer(this.answer(this.onRequest(join(bytes)))));
    };
    return this.signer.exchange(REQUEST, send);
  }

  /** What an axon does with a request. */
  answer(bytes: Uint8Array): Uint8Array {
    const request = decodeMessage(bytes);
    try {
      return join(this.verifier.encodeAnswer(this.verifier.accept("Forward", request), ANSWER));
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      const { message, reason } = error;
      const refusal = { returnCode: ReturnCode.SenderUnknown, message: `${reason}: ${message}` };
      const nobody = { hotkey: request.hotkey, verified: false };
      return join(this.verifier.encodeAnswer(nobody, refusal));
    }
  }

  /** What comes of the last request when it is sent once more, changed. */
  again(change: (message: OutgoingMessage) => OutgoingMessage = (message) => message): string {
    const { hotkey, nounce, signature, encodedTensors } = decodeMessage(this.requests.at(-1)!);
    const tensors = encodedTensors.map((tensor) => [tensor]);
    const bytes = join(encodeMessage(change({ hotkey, nounce, signature, tensors })));
    const { returnCode, message } = decodeMessage(this.answer(bytes));
    assert(returnCode === ReturnCode.SenderUnknown || returnCode === ReturnCode.Success);
    return message.split(":")[0]!;
  }

  form(): string {
    return decodeSignature(decodeMessage(this.requests.at(-1)!).signature).form;
  }
}

function invalidResponse(error: unknown): boolean {
  return error instanceof CallError && error.returnCode === ReturnCode.InvalidResponse;
}

/** An answer with fields replaced. */
function changed(fields: Partial<OutgoingMessage>) {
  return (bytes: Uint8Array): Uint8Array => {
    const { hotkey, nounce, signature, encodedTensors, returnCode, message } = decodeMessage(bytes);
    const tensors = encodedTensors.map((tensor) => [tensor]);
    const kept = { hotkey, nounce, signature, tensors, returnCode, message };
    return join(encodeMessage({ ...kept, ...fields }));
  };
}

Deno.test("exchange() signs with the hotkey once, and within a session from then on", async () => {
  const talk = new Conversation("required", "required");
  const forms: string[] = [];
  for (let call = 0; call < 3; call++) {
    assert.equal((await talk.ask()).message, "Success");
    forms.push(talk.form());
  }
  assert.deepEqual(forms, ["hotkey", "session", "session"]);
  const nonces = talk.requests.map((bytes) => decodeMessage(bytes).nounce);
  assert.deepEqual(nonces, [...new Set(nonces)].toSorted());
});

Deno.test("exchange() signs nothing when signatures are off", async () => {
  const talk = new Conversation("off", "verified");
  await talk.ask();
  const { nounce, signature } = decodeMessage(talk.requests[0]!);
  assert.deepEqual([nounce, signature.length], [0n, 0]);
});

Deno.test("accept() tells a proven caller from one that only says its name", async () => {
  const talk = new Conversation();
  await talk.ask();
  talk.verifier = talk.newVerifier("verified");
  const signed = talk.verifier.accept("Forward", decodeMessage(talk.requests[0]!));
  assert.deepEqual([signed.hotkey, signed.verified], [ALICE.address, true]);
  const unsigned = join(encodeMessage({ hotkey: ALICE.address, tensors: REQUEST.tensors }));
  const { hotkey, verified } = talk.verifier.accept("Forward", decodeMessage(unsigned));
  assert.deepEqual([hotkey, verified], [ALICE.address, false]);
});

Deno.test("accept() takes unsigned requests unless signatures are required", () => {
  const unsigned = join(encodeMessage({ hotkey: ALICE.address, tensors: REQUEST.tensors }));
  for (const [policy, outcome] of [["verified", "Success"], ["off", "Success"]] as const) {
    const { message } = decodeMessage(new Conversation("off", policy).answer(unsigned));
    assert.equal(message, outcome);
  }
  const { message } = decodeMessage(new Conversation("off", "required").answer(unsigned));
  assert.equal(message, "unsigned: This axon takes signed requests only");
});

for (const form of ["hotkey", "session"]) {
  const conversation = async () => {
    const talk = new Conversation();
    if (form === "session") await talk.ask();
    await talk.ask();
    assert.equal(talk.form(), form);
    return talk;
  };

  Deno.test(`accept() refuses a request that was replayed, signed by ${form}`, async () => {
    const talk = await conversation();
    assert.equal(talk.again(), "reused-nonce");
    talk.now += 9_999;
    assert.equal(talk.again(), "reused-nonce");
    talk.now += 2;
    assert.equal(talk.again(), "stale-nonce");
  });

  Deno.test(`accept() refuses a nonce outside the window, signed by ${form}`, async () => {
    const talk = await conversation();
    talk.now += 10_001;
    assert.equal(talk.again(), "stale-nonce");
    talk.now -= 12_002;
    assert.equal(talk.again(), "future-nonce");
  });

  Deno.test(`accept() refuses whatever was changed, signed by ${form}`, async () => {
    const talk = await conversation();
    const flipped = (bytes: Uint8Array, at: number) => bytes.map((b, i) => i === at ? b ^ 1 : b);
    const { signature } = decodeMessage(talk.requests.at(-1)!);
    const last = signature.length - 1;
    const outcomes = [
      talk.again((message) => ({ ...message, tensors: [tensor(1, 2, 4)] })),
      talk.again((message) => ({ ...message, tensors: [] })),
      talk.again((message) => ({ ...message, tensors: [tensor(1, 2, 3), tensor(1)] })),
      talk.again((message) => ({ ...message, nounce: message.nounce! + 1n })),
      talk.again((message) => ({ ...message, signature: flipped(signature, last) })),
    ];
    assert.deepEqual(outcomes, Array(5).fill("wrong-signature"));
    const { signature: _, ...unsigned } = { ...decodeMessage(talk.requests.at(-1)!) };
    assert.equal(unsigned.hotkey, ALICE.address);
    const other = talk.again((message) => ({ ...message, hotkey: CHARLIE.address }));
    assert.equal(other, form === "session" ? "unknown-session" : "wrong-signature");
    for (const length of [1, last, last + 2]) {
      const cut = new Uint8Array(length);
      cut.set(signature.subarray(0, length));
      assert.equal(
        talk.again((message) => ({ ...message, signature: cut })),
        "malformed-signature",
      );
    }
    assert.equal(
      talk.again((message) => ({ ...message, signature: flipped(signature, 0).fill(9, 0, 1) })),
      "malformed-signature",
    );
  });

  Deno.test(`accept() refuses a request for another method, signed by ${form}`, async () => {
    const talk = await conversation();
    const request = decodeMessage(talk.requests.at(-1)!);
    assert.throws(() => talk.verifier.accept("Backward", request), { reason: "wrong-signature" });
  });

  Deno.test(`accept() refuses a request for another axon, signed by ${form}`, async () => {
    const talk = await conversation();
    const hotkey = CHARLIE;
    const charlie = new RequestVerifier({
      signatures: "verified",
      hotkey,
      verify,
      now: () => talk.now,
    });
    const reason = form === "session" ? "unknown-session" : "wrong-receiver";
    const request = decodeMessage(talk.requests.at(-1)!);
    assert.throws(() => charlie.accept("Forward", request), { reason });
  });

  Deno.test(`exchange() refuses an answer that was changed, signed by ${form}`, async () => {
    const changes: Partial<OutgoingMessage>[] = [
      { tensors: [tensor(4, 6)] },
      { tensors: [] },
      { returnCode: ReturnCode.Timeout },
      { message: "Succes" },
      { signature: Uint8Array.of(7) },
    ];
    for (const change of changes) {
      const talk = new Conversation();
      if (form === "session") await talk.ask();
      talk.onAnswer = changed(change);
      await assert.rejects(talk.ask(), invalidResponse);
      assert.equal(talk.form(), form);
    }
  });

  Deno.test(`exchange() refuses the answer to another request, signed by ${form}`, async () => {
    const talk = new Conversation();
    if (form === "session") await talk.ask();
    const answers: Uint8Array[] = [];
    talk.onAnswer = (bytes) => (answers.push(bytes), bytes);
    await talk.ask();
    talk.now += 1;
    talk.onAnswer = () => answers[0]!;
    await assert.rejects(talk.ask(), invalidResponse);
  });
}

Deno.test("accept() refuses a caller whose hotkey is no address", async () => {
  const talk = new Conversation();
  await talk.ask();
  for (const hotkey of ["", "5Grw", "x".repeat(1_000_000)]) {
    assert.equal(talk.again((message) => ({ ...message, hotkey })), "malformed-signature");
  }
});

Deno.test("exchange() takes an unsigned answer only where it may be one", async () => {
  const unsigned = changed({ signature: undefined });
  const first = new Conversation("verified");
  first.onAnswer = unsigned;
  assert.equal((await first.ask()).message, "Success");

  const required = new Conversation("required");
  required.onAnswer = unsigned;
  await assert.rejects(required.ask(), invalidResponse);

  const stripped = new Conversation("verified");
  await stripped.ask();
  stripped.onAnswer = unsigned;
  await assert.rejects(stripped.ask(), invalidResponse);
});

Deno.test("exchange() passes on an unsigned failure: nothing is taken from it", async () => {
  const talk = new Conversation("required");
  talk.onAnswer = changed({
    signature: undefined,
    tensors: [],
    returnCode: ReturnCode.NucleusFull,
  });
  assert.equal((await talk.ask()).returnCode, ReturnCode.NucleusFull);
});

Deno.test("exchange() signs anew for an axon that has started anew", async () => {
  const talk = new Conversation("required", "required");
  await talk.ask();
  talk.verifier = talk.newVerifier("required");
  assert.equal((await talk.ask()).message, "Success");
  assert.equal(talk.requests.length, 3);
  assert.equal(talk.form(), "hotkey");
  await talk.ask();
  assert.equal(talk.form(), "session");
});

Deno.test("exchange() gives up when the axon refuses it a second time", async () => {
  const talk = new Conversation();
  await talk.ask();
  talk.onAnswer = changed({
    signature: undefined,
    tensors: [],
    returnCode: ReturnCode.SenderUnknown,
  });
  assert.equal((await talk.ask()).returnCode, ReturnCode.SenderUnknown);
  assert.equal(talk.requests.length, 3);
});

Deno.test("exchange() signs anew when the session has ended", async () => {
  const talk = new Conversation();
  await talk.ask();
  talk.now += SESSION_MS - 1;
  await talk.ask();
  assert.equal(talk.form(), "session");
  talk.now += 1;
  await talk.ask();
  assert.equal(talk.form(), "hotkey");
});

Deno.test("exchange() works with an axon that has no signatures", async () => {
  const talk = new Conversation("verified", "off");
  for (let call = 0; call < 2; call++) {
    assert.equal((await talk.ask()).message, "Success");
    assert.equal(talk.form(), "hotkey");
  }
});
