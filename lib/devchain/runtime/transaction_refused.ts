/** Why the pool does not take an extrinsic: the codes and sentences of Substrate. */

const INVALID = {
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

  constructor(code: number, message: string, data?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.data = data;
  }
}

/** The extrinsic breaks a rule. */
export function invalidTransaction(reason: keyof typeof INVALID): TransactionRefused {
  return new TransactionRefused(1010, "Invalid Transaction", INVALID[reason]);
}

/** Nobody can say whether the extrinsic is valid. */
export function unknownValidity(reason: keyof typeof UNKNOWN): TransactionRefused {
  return new TransactionRefused(1011, "Unknown Transaction Validity", UNKNOWN[reason]);
}

/** The bytes are no extrinsic of this runtime; an unknown call is one cause. */
export function undecodable(what: string, cause?: unknown): TransactionRefused {
  return new TransactionRefused(
    1002,
    "Verification Error: Runtime error: Execution failed",
    `Could not decode the extrinsic: ${what}`,
    { cause },
  );
}

/** The pool has no place for the extrinsic. */
export function poolRefusal(reason: keyof typeof POOL): TransactionRefused {
  const { code, message, data } = POOL[reason];
  return new TransactionRefused(code, message, data);
}
