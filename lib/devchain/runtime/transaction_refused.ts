/** Why the pool does not take an extrinsic: the codes and sentences of Substrate. */

import type { TransactionValidityError } from "./transaction_validity.ts";

const INVALID = {
  Future: "Transaction will be valid in the future",
  Stale: "Transaction is outdated",
  BadProof: "Transaction has a bad signature",
  AncientBirthBlock: "Transaction has an ancient birth block",
  Payment: "Inability to pay some fees (e.g. account balance too low)",
  MandatoryDispatch:
    "Transaction dispatch is mandatory; transactions may not have mandatory dispatches.",
} as const;

const UNKNOWN = {
  CannotLookup: "Could not lookup information required to validate the transaction",
  NoUnsignedValidator: "Could not find an unsigned validator for the unsigned transaction",
} as const;

const POOL = {
  AlreadyImported: { code: 1013, message: "Transaction Already Imported", data: undefined },
  TooLowPriority: {
    code: 1014,
    message: "Priority is too low",
    data:
      "The transaction has too low priority to replace another transaction already in the pool.",
  },
  ImmediatelyDropped: {
    code: 1016,
    message: "Immediately Dropped",
    data: "The transaction couldn't enter the pool because of the limit",
  },
} as const;

/** An extrinsic is refused: it is in no block and costs nothing. */
export class TransactionRefused extends Error {
  override readonly name = "TransactionRefused";
  /** The code of the JSON-RPC error. */
  readonly code: number;
  /** The reason, where `message` names only the kind. */
  readonly data: string | undefined;
  /** The same as the runtime says it, if it was the runtime that refused. */
  readonly validity: TransactionValidityError | undefined;

  constructor(
    code: number,
    message: string,
    { data, validity, cause }: {
      readonly data?: string | undefined;
      readonly validity?: TransactionValidityError;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause });
    this.code = code;
    this.data = data;
    this.validity = validity;
  }
}

/** The extrinsic breaks a rule. */
export function invalidTransaction(reason: keyof typeof INVALID): TransactionRefused {
  return new TransactionRefused(1010, "Invalid Transaction", {
    data: INVALID[reason],
    validity: { tag: "Invalid", value: { tag: reason, value: undefined } },
  });
}

/** Nobody can say whether the extrinsic is valid. */
export function unknownValidity(reason: keyof typeof UNKNOWN): TransactionRefused {
  return new TransactionRefused(1011, "Unknown Transaction Validity", {
    data: UNKNOWN[reason],
    validity: { tag: "Unknown", value: { tag: reason, value: undefined } },
  });
}

/** The bytes are no extrinsic of this runtime; an unknown call is one cause. */
export function undecodable(what: string, cause?: unknown): TransactionRefused {
  return new TransactionRefused(1002, "Verification Error: Runtime error: Execution failed", {
    data: `Could not decode the extrinsic: ${what}`,
    cause,
  });
}

/** The pool has no place for the extrinsic. */
export function poolRefusal(reason: keyof typeof POOL): TransactionRefused {
  const { code, message, data } = POOL[reason];
  return new TransactionRefused(code, message, { data });
}
