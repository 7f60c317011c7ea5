/** The types of Substrate that several pallets use, as spec 100 encodes them. */

import { createEraType } from "./era.ts";
import {
  bytes,
  compactUnit,
  fixedBytes,
  str,
  struct,
  tuple,
  u128,
  u32,
  u64,
  u8,
  unit,
  type ValueOf,
  variant,
  vec,
  wrapper,
} from "../scale/scale_type.ts";
import type { Hex } from "../scale/hex.ts";

/** The 32 bytes of a public key, which are the account. */
export type AccountId = Hex;

export const accountId = wrapper("sp_core::crypto::AccountId32", fixedBytes(32));
export const hash = wrapper("primitive_types::H256", fixedBytes(32));
export const era = createEraType();

/** How an extrinsic names an account; the chain knows only `Id`. */
export const multiAddress = {
  ...variant("sp_runtime::multiaddress::MultiAddress", {
    Id: accountId,
    Index: compactUnit,
    Raw: bytes,
    Address32: fixedBytes(32),
    Address20: fixedBytes(20),
  }),
  parameters: [["AccountId", accountId], ["AccountIndex", unit]] as const,
};

/** A value of {@linkcode multiAddress}. */
export type MultiAddress = ValueOf<typeof multiAddress>;

export const multiSignature = variant("sp_runtime::MultiSignature", {
  Ed25519: wrapper("sp_core::ed25519::Signature", fixedBytes(64)),
  Sr25519: wrapper("sp_core::sr25519::Signature", fixedBytes(64)),
  Ecdsa: wrapper("sp_core::ecdsa::Signature", fixedBytes(65)),
});

/** A value of {@linkcode multiSignature}. */
export type MultiSignature = ValueOf<typeof multiSignature>;

const accountData = struct("pallet_balances::AccountData", {
  free: u128,
  reserved: u128,
  misc_frozen: u128,
  fee_frozen: u128,
});

export const accountInfo = struct("frame_system::AccountInfo", {
  nonce: u32,
  consumers: u32,
  providers: u32,
  sufficients: u32,
  data: accountData,
});

/** A value of {@linkcode accountInfo}. */
export type AccountInfo = ValueOf<typeof accountInfo>;

export const dispatchClass = variant("frame_support::weights::DispatchClass", {
  Normal: unit,
  Operational: unit,
  Mandatory: unit,
});

export const dispatchInfo = struct("frame_support::weights::DispatchInfo", {
  weight: u64,
  class: dispatchClass,
  pays_fee: variant("frame_support::weights::Pays", { Yes: unit, No: unit }),
});

/** A value of {@linkcode dispatchInfo}. */
export type DispatchInfo = ValueOf<typeof dispatchInfo>;

export const dispatchError = variant("sp_runtime::DispatchError", {
  Other: unit,
  CannotLookup: unit,
  BadOrigin: unit,
  Module: struct("sp_runtime::ModuleError", { index: u8, error: u8 }),
  ConsumerRemaining: unit,
  NoProviders: unit,
  Token: variant("sp_runtime::TokenError", {
    NoFunds: unit,
    WouldDie: unit,
    BelowMinimum: unit,
    CannotCreate: unit,
    UnknownAsset: unit,
    Frozen: unit,
    Unsupported: unit,
  }),
  Arithmetic: variant("sp_runtime::ArithmeticError", {
    Underflow: unit,
    Overflow: unit,
    DivisionByZero: unit,
  }),
});

/** A value of {@linkcode dispatchError}. */
export type DispatchError = ValueOf<typeof dispatchError>;

/** How the call of an extrinsic ended. */
export const dispatchOutcome = variant("Result", { Ok: unit, Err: dispatchError });

/** A value of {@linkcode dispatchOutcome}. */
export type DispatchOutcome = ValueOf<typeof dispatchOutcome>;

export const runtimeVersion = struct("sp_version::RuntimeVersion", {
  spec_name: str,
  impl_name: str,
  authoring_version: u32,
  spec_version: u32,
  impl_version: u32,
  apis: vec(tuple(fixedBytes(8), u32)),
  transaction_version: u32,
  state_version: u8,
});
