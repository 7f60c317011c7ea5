/** Codes of JSON-RPC 2.0, and of Substrate where it has its own. */
export const RpcCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  InternalError: -32603,
  TooManySubscriptions: -32006,
  SubscriptionsUnavailable: -32090,
  ResponseTooBig: -32008,
  BatchTooLarge: -32010,
  UnknownBlock: 4003,
  CountTooLarge: 4002,
} as const;

/** The error answer to a request. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: string | undefined;

  constructor(code: number, message: string, data?: string) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The client asked for more than one answer may hold. */
export function countTooLarge(value: number, max: number): RpcError {
  const message = `count exceeds maximum value. value: ${value}, max: ${max}`;
  return new RpcError(RpcCode.CountTooLarge, message);
}

/** The arguments of a request are not what the method takes. */
export function invalidParams(what: string): RpcError {
  return new RpcError(RpcCode.InvalidParams, "Invalid params", what);
}
