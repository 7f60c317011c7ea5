/** What the runtime says of an extrinsic that asks for a place in the pool. */

import {
  bool,
  bytes,
  struct,
  u64,
  u8,
  unit,
  type ValueOf,
  variant,
  vec,
} from "../scale/scale_type.ts";

/** Why an extrinsic goes into no block. */
export const transactionValidityError = variant(
  "sp_runtime::transaction_validity::TransactionValidityError",
  {
    Invalid: variant("sp_runtime::transaction_validity::InvalidTransaction", {
      Call: unit,
      Payment: unit,
      Future: unit,
      Stale: unit,
      BadProof: unit,
      AncientBirthBlock: unit,
      ExhaustsResources: unit,
      Custom: u8,
      BadMandatory: unit,
      MandatoryDispatch: unit,
    }),
    Unknown: variant("sp_runtime::transaction_validity::UnknownTransaction", {
      CannotLookup: unit,
      NoUnsignedValidator: unit,
      Custom: u8,
    }),
  },
);

/** A value of {@linkcode transactionValidityError}. */
export type TransactionValidityError = ValueOf<typeof transactionValidityError>;

/** What the pool must know to put an extrinsic into order. */
export const validTransaction = struct("sp_runtime::transaction_validity::ValidTransaction", {
  priority: u64,
  requires: vec(bytes),
  provides: vec(bytes),
  longevity: u64,
  propagate: bool,
});

/** Where an extrinsic came from. */
export const transactionSource = variant("sp_runtime::transaction_validity::TransactionSource", {
  InBlock: unit,
  Local: unit,
  External: unit,
});
