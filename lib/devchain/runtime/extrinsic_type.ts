/** The type of extrinsics, as the metadata describes it. */

import {
  bytes,
  compact,
  field,
  type TypeInfo,
  u128,
  u32,
  unit,
  wrapper,
} from "../scale/scale_type.ts";
import { runtimeCall } from "./pallets.ts";
import { era, hash, multiAddress, multiSignature } from "./primitives.ts";

interface SignedExtension {
  readonly name: string;
  /** What the extrinsic carries. */
  readonly type: TypeInfo;
  /** What is signed in addition. */
  readonly additional: TypeInfo;
}

const chargeTransactionPayment = wrapper(
  "pallet_transaction_payment::ChargeTransactionPayment",
  compact(u128),
);

/**
 * What is checked of every signed extrinsic, in the order of its bytes.
 *
 * Spec 100 lists ChargeTransactionPayment twice, the second time without any bytes.
 */
export const SIGNED_EXTENSIONS: readonly SignedExtension[] = [
  { name: "CheckSpecVersion", type: unit, additional: u32 },
  { name: "CheckTxVersion", type: unit, additional: u32 },
  { name: "CheckGenesis", type: unit, additional: hash },
  { name: "CheckMortality", type: era, additional: hash },
  { name: "CheckNonce", type: compact(u32), additional: unit },
  { name: "CheckWeight", type: unit, additional: unit },
  { name: "ChargeTransactionPayment", type: chargeTransactionPayment, additional: unit },
];

/** Everything that the extensions carry. */
export const signedExtra: TypeInfo = {
  path: [],
  parameters: [],
  define: (numberOf) => ({
    tag: "tuple",
    value: SIGNED_EXTENSIONS.map(({ type }) => numberOf(type)),
  }),
};

/** An extrinsic; clients find the four types it is made of by the names of its parameters. */
export const uncheckedExtrinsic: TypeInfo = {
  path: ["sp_runtime", "generic", "unchecked_extrinsic", "UncheckedExtrinsic"],
  parameters: [
    ["Address", multiAddress],
    ["Call", runtimeCall],
    ["Signature", multiSignature],
    ["Extra", signedExtra],
  ],
  define: (numberOf) => ({ tag: "composite", value: [field(numberOf(bytes))] }),
};
