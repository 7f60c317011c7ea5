/** Runtime APIs about extrinsics: whether they are valid, and what they cost. */

import {
  bytes,
  option,
  type ScaleType,
  struct,
  tuple,
  u128,
  u32,
  u64,
  type ValueOf,
  variant,
} from "../scale/scale_type.ts";
import { type ApiContext, apiMethod, type RuntimeApi } from "./api_method.ts";
import { decodeExtrinsic } from "./extrinsic.ts";
import { uncheckedExtrinsic } from "./extrinsic_type.ts";
import { accountId, dispatchClass, hash } from "./primitives.ts";
import { inclusionFee, inclusionFeeParts } from "./transaction_payment.ts";
import { TransactionRefused } from "./transaction_refused.ts";
import {
  transactionSource,
  transactionValidityError,
  validTransaction,
} from "./transaction_validity.ts";
import { checkSignature, checkState, placeInPool } from "./validity.ts";

/** The type of extrinsics; on the wire they are their bytes with a length prefix. */
const extrinsic: ScaleType<Uint8Array> = { ...bytes, ...uncheckedExtrinsic };

const dispatchInfoWithFee = struct("pallet_transaction_payment::types::RuntimeDispatchInfo", {
  weight: u64,
  class: dispatchClass,
  partial_fee: u128,
});

const feeDetails = struct("pallet_transaction_payment::types::FeeDetails", {
  inclusion_fee: option(struct("pallet_transaction_payment::types::InclusionFee", {
    base_fee: u128,
    len_fee: u128,
    adjusted_weight_fee: u128,
  })),
  tip: u128,
});

/**
 * What an extrinsic will cost before its call: the part of the fee that is always paid.
 *
 * @throws {TransactionRefused} If the bytes are no extrinsic.
 */
export function queryInfo(extrinsicBytes: Uint8Array): ValueOf<typeof dispatchInfoWithFee> {
  const { call, bytes } = decodeExtrinsic(extrinsicBytes);
  return {
    weight: call.weight,
    class: { tag: call.class, value: undefined },
    partial_fee: inclusionFee(call, bytes.length),
  };
}

/**
 * The same part of the fee, in its own parts.
 *
 * @throws {TransactionRefused} If the bytes are no extrinsic.
 */
export function queryFeeDetails(extrinsicBytes: Uint8Array): ValueOf<typeof feeDetails> {
  const { call, bytes, tip } = decodeExtrinsic(extrinsicBytes);
  const parts = inclusionFeeParts(call, bytes.length);
  return {
    inclusion_fee: parts &&
      { base_fee: parts.base, len_fee: parts.length, adjusted_weight_fee: 0n },
    tip,
  };
}

/** What extrinsics cost. */
export const transactionPaymentApi: RuntimeApi = {
  name: "TransactionPaymentApi",
  docs: "What extrinsics cost.",
  methods: [
    apiMethod({
      name: "query_info",
      docs: "Weight, class and fee of an extrinsic.",
      inputs: { uxt: extrinsic, len: u32 },
      output: dispatchInfoWithFee,
      run: (_context, { uxt }) => queryInfo(bytes.encode(uxt)),
    }),
    apiMethod({
      name: "query_fee_details",
      docs: "The parts of the fee of an extrinsic.",
      inputs: { uxt: extrinsic, len: u32 },
      output: feeDetails,
      run: (_context, { uxt }) => queryFeeDetails(bytes.encode(uxt)),
    }),
  ],
};

const validity = {
  ...variant("Result", { Ok: validTransaction, Err: transactionValidityError }),
  parameters: [["T", validTransaction], ["E", transactionValidityError]] as const,
};

/** A nonce of an account, as the pool of a real node knows it. */
const nonceTag = tuple(accountId, u32);

/** Whether extrinsics are valid. */
export const taggedTransactionQueue: RuntimeApi = {
  name: "TaggedTransactionQueue",
  docs: "What the pool asks about extrinsics.",
  methods: [
    apiMethod({
      name: "validate_transaction",
      docs: "Whether an extrinsic could be in a block after this one, and its place in the pool.",
      inputs: { source: transactionSource, tx: extrinsic, block_hash: hash },
      output: validity,
      run: (context, { tx }) => validate(context, bytes.encode(tx)),
    }),
  ],
};

function validate(
  { genesisHash, openBlock }: ApiContext,
  bytes: Uint8Array,
): ValueOf<typeof validity> {
  try {
    const extrinsic = decodeExtrinsic(bytes);
    const { state, number } = openBlock();
    checkSignature(state, number, genesisHash, extrinsic);
    const missing = checkState(state, extrinsic);
    const { signer, nonce } = extrinsic;
    return {
      tag: "Ok",
      value: {
        ...placeInPool(state, number, extrinsic),
        requires: missing > 0 ? [nonceTag.encode([signer, nonce - 1])] : [],
        provides: [nonceTag.encode([signer, nonce])],
        propagate: true,
      },
    };
  } catch (error) {
    if (!(error instanceof TransactionRefused) || error.validity === undefined) throw error;
    return { tag: "Err", value: error.validity };
  }
}
