/** Signed extrinsics: their bytes, and what was signed. */

import { blake2_256, verifySignature } from "../scale/crypto.ts";
import { concatBytes, fromHex, type Hex, toHex } from "../scale/hex.ts";
import {
  bytes as byteVector,
  compact,
  decodeExactly,
  rest,
  struct,
  u128,
  u32,
  u8,
} from "../scale/scale_type.ts";
import type { Era } from "./era.ts";
import type { BoundCall, Call } from "./pallet.ts";
import { findCall } from "./pallets.ts";
import {
  type AccountId,
  accountId,
  era,
  hash,
  multiAddress,
  type MultiSignature,
  multiSignature,
} from "./primitives.ts";
import { undecodable, unknownValidity } from "./transaction_refused.ts";
import { VERSION } from "./version.ts";

/** Version 4, unsigned; the highest bit says signed. */
const FORMAT = 4;
const SIGNED_BIT = 0x80;

/** Longer payloads are signed as their hash. */
const MAX_PAYLOAD = 256;

/** An extrinsic that was read, not yet checked. */
export interface SignedExtrinsic {
  readonly hash: Hex;
  /** With the length prefix. */
  readonly bytes: Uint8Array;
  readonly signer: AccountId;
  readonly era: Era;
  readonly nonce: number;
  /** In rao, on top of the fee. */
  readonly tip: bigint;
  readonly call: Call;
  /** The call with its arguments. */
  readonly run: BoundCall;
  readonly signature: MultiSignature;
  /** Pallet index, call index and arguments. */
  readonly callBytes: Uint8Array;
}

const extra = { era, nonce: compact(u32), tip: compact(u128) };
const signedBody = struct("", {
  format: u8,
  address: multiAddress,
  signature: multiSignature,
  ...extra,
  callBytes: rest,
});
const effect = struct("", {
  signer: accountId,
  nonce: compact(u32),
  tip: compact(u128),
  callBytes: rest,
});
const payloadEnd = struct("", {
  ...extra,
  specVersion: u32,
  transactionVersion: u32,
  genesisHash: hash,
  birthHash: hash,
});

/**
 * Reads an extrinsic that anybody may have made.
 *
 * @throws {TransactionRefused} If the bytes are no extrinsic, the call is unknown, it is unsigned,
 * or its signer is not an account id.
 */
export function decodeExtrinsic(bytes: Uint8Array): SignedExtrinsic {
  const body = attempt("its length prefix", () => decodeExactly(byteVector, bytes));
  if (body[0] === FORMAT) throw unknownValidity("NoUnsignedValidator");
  if (body[0] !== (FORMAT | SIGNED_BIT)) throw undecodable("its version is not 4");
  const { address, callBytes, ...parts } = attempt(
    "its signature or extensions",
    () => decodeExactly(signedBody, body),
  );
  const { call, run } = decodeCall(callBytes);
  if (address.tag !== "Id") throw unknownValidity("CannotLookup");
  return {
    ...parts,
    hash: toHex(blake2_256(bytes)),
    bytes,
    signer: address.value,
    call,
    run,
    callBytes,
  };
}

function decodeCall(callBytes: Uint8Array): { call: Call; run: BoundCall } {
  const [palletIndex, callIndex] = callBytes;
  const call = findCall(palletIndex, callIndex);
  if (call === undefined) throw undecodable(`there is no call [${palletIndex}, ${callIndex}]`);
  return { call, run: attempt("arguments of its call", () => call.bind(callBytes.subarray(2))) };
}

function attempt<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw undecodable(what, cause);
  }
}

/**
 * What an extrinsic does, as bytes: signer, nonce, tip and call. How it was signed is left out, since
 * sr25519 signatures are different each time.
 */
export function effectOf({ signer, nonce, tip, callBytes }: SignedExtrinsic): Uint8Array {
  return effect.encode({ signer, nonce, tip, callBytes });
}

/** Whether the signer signed this extrinsic for this chain; `birthHash` belongs to its era. */
export function isSignedFor(
  { signer, era, nonce, tip, signature, callBytes }: SignedExtrinsic,
  genesisHash: Hex,
  birthHash: Hex,
): boolean {
  const payload = concatBytes(
    callBytes,
    payloadEnd.encode({
      era,
      nonce,
      tip,
      specVersion: VERSION.spec_version,
      transactionVersion: VERSION.transaction_version,
      genesisHash,
      birthHash,
    }),
  );
  const message = payload.length > MAX_PAYLOAD ? blake2_256(payload) : payload;
  return verifySignature(
    signature.tag,
    message,
    fromHex(signature.value),
    accountId.encode(signer),
  );
}

/** An extrinsic without a signature, as the author of a block adds them. */
export function encodeInherent(
  palletIndex: number,
  callIndex: number,
  args: Uint8Array,
): Uint8Array {
  return byteVector.encode(concatBytes(Uint8Array.of(FORMAT, palletIndex, callIndex), args));
}
