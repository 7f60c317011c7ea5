/** The test vector of docs/protocol.md, computed anew from the text of that page alone, and with our code. */

import assert from "node:assert/strict";
import { sr25519Verify } from "@polkadot/util-crypto";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";
import { SessionKeyPair } from "../../lib/wire/session.ts";
import { decodeSignature, encodeSignature } from "../../lib/wire/signature_field.ts";
import {
  answerPayload,
  digestPayload,
  requestPayload,
  type SignedPayload,
} from "../../lib/wire/signature_payload.ts";
import { decodeMessage } from "../../lib/wire/tensor_message.ts";

interface SignedMessage {
  readonly nonce: string;
  readonly text: string;
  readonly digest: string;
  readonly signature: string;
}

interface Vector {
  readonly tensor: string;
  readonly callerSessionPrivateKey: string;
  readonly serverSessionPrivateKey: string;
  readonly callerSessionKey: string;
  readonly serverSessionKey: string;
  readonly request: SignedMessage & { readonly message: string };
  readonly sessionRequest: SignedMessage;
  readonly sessionAnswer: SignedMessage;
}

const PAGE = await Deno.readTextFile(new URL("../../docs/protocol.md", import.meta.url));
const VECTOR: Vector = JSON.parse(/### Test vector[^]*?```json\n([^]*?)```/.exec(PAGE)![1]!);

const ALICE = keypairFromUri("//Alice");
const BOB = keypairFromUri("//Bob");
const hex = (text: string) => Uint8Array.fromHex(text);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** The messages, and how many tensors each has. */
const MESSAGES: [SignedMessage, number][] = [
  [VECTOR.request, 1],
  [VECTOR.sessionRequest, 2],
  [VECTOR.sessionAnswer, 0],
];

/** The bytes of a payload: its text, then so many tensors. */
function bytesOf({ text }: SignedMessage, tensors: number): Uint8Array<ArrayBuffer> {
  const tensor = hex(VECTOR.tensor);
  return new Uint8Array([...utf8(text), ...Array(tensors).fill([...tensor]).flat()]);
}

Deno.test("the digests of the vector are the SHA-256 of text and tensors", async () => {
  for (const [message, tensors] of MESSAGES) {
    const digest = await crypto.subtle.digest("SHA-256", bytesOf(message, tensors));
    assert.equal(new Uint8Array(digest).toHex(), message.digest);
  }
});

Deno.test("the request of the vector is signed by the hotkey", () => {
  const { request } = VECTOR;
  const field = hex(request.signature);
  assert.equal(field[0], 1);
  assert.deepEqual(field.subarray(1, 33), BOB.publicKey);
  assert.equal(field.subarray(33, 65).toHex(), VECTOR.callerSessionKey);
  assert.equal(field.length, 129);
  assert(sr25519Verify(hex(request.digest), field.subarray(65), ALICE.publicKey));
});

Deno.test("the session of the vector is made by X25519, HKDF and HMAC", async () => {
  const caller = await importPrivateKey(VECTOR.callerSessionPrivateKey);
  const server = await crypto.subtle.importKey(
    "raw",
    hex(VECTOR.serverSessionKey),
    "X25519",
    true,
    [],
  );
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: server }, caller, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const bits = new Uint8Array(
    await crypto.subtle.deriveBits(
      {
        name: "HKDF",
        hash: "SHA-256",
        salt: hex(VECTOR.callerSessionKey + VECTOR.serverSessionKey),
        info: utf8("bittensor/1 session"),
      },
      secret,
      48 * 8,
    ),
  );
  const mac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bits.subarray(0, 32), mac, false, ["sign"]);
  for (const [message, tensors] of MESSAGES.slice(1)) {
    const code = new Uint8Array(
      await crypto.subtle.sign("HMAC", key, bytesOf(message, tensors)),
    );
    assert.equal(`02${bits.subarray(32).toHex()}${code.toHex()}`, message.signature);
  }
});

/** The payloads, as our code makes them. */
function payloads(): SignedPayload[] {
  const nonce = BigInt(VECTOR.request.nonce);
  const [sender, receiver] = [ALICE.address, BOB.address];
  const tensor = [hex(VECTOR.tensor)];
  const sessionKey = hex(VECTOR.callerSessionKey);
  const request = { sender, receiver, tensors: [tensor] };
  return [
    requestPayload({ ...request, method: "Forward", nonce, sessionKey }),
    requestPayload({
      ...request,
      method: "Backward",
      nonce: nonce + 1n,
      tensors: [tensor, tensor],
    }),
    answerPayload({
      method: "Backward",
      nonce: nonce + 1n,
      sender: receiver,
      receiver: sender,
      tensors: [],
      returnCode: 4,
      message: "no τ",
    }),
  ];
}

Deno.test("our payloads equal those of the vector", () => {
  for (const [index, payload] of payloads().entries()) {
    const [message] = MESSAGES[index]!;
    assert.equal(payload.text, message.text);
    assert.equal(digestPayload(payload).toHex(), message.digest);
  }
});

Deno.test("our sessions equal that of the vector, on both sides", () => {
  const caller = new SessionKeyPair(hex(VECTOR.callerSessionPrivateKey));
  const server = new SessionKeyPair(hex(VECTOR.serverSessionPrivateKey));
  assert.equal(caller.publicKey.toHex(), VECTOR.callerSessionKey);
  assert.equal(server.publicKey.toHex(), VECTOR.serverSessionKey);
  const sessions = [
    caller.agree("caller", { hotkey: BOB.address, publicKey: server.publicKey }, 0),
    server.agree("server", { hotkey: ALICE.address, publicKey: caller.publicKey }, 0),
  ];
  for (const session of sessions) {
    for (const [index, payload] of payloads().entries()) {
      if (index === 0) continue; // signed by the hotkey
      const code = session.codeOf(payload);
      const field = encodeSignature({ form: "session", sessionId: session.id, code });
      assert.equal(field.toHex(), MESSAGES[index]![0].signature);
    }
  }
});

Deno.test("our reader finds in the message of the vector what the page says", () => {
  const { hotkey, nounce, signature, encodedTensors } = decodeMessage(hex(VECTOR.request.message));
  assert.equal(hotkey, ALICE.address);
  assert.equal(String(nounce), VECTOR.request.nonce);
  assert.equal(signature.toHex(), VECTOR.request.signature);
  assert.deepEqual(encodedTensors.map((tensor) => tensor.toHex()), [VECTOR.tensor]);
  assert.equal(encodeSignature(decodeSignature(signature)).toHex(), VECTOR.request.signature);
});

async function importPrivateKey(privateKey: string): Promise<CryptoKey> {
  // PKCS #8 of an X25519 key (RFC 8410).
  const der = hex(`302e020100300506032b656e04220420${privateKey}`);
  return await crypto.subtle.importKey("pkcs8", der, "X25519", false, ["deriveBits"]);
}
