/** How a call to one neuron ended; numbers as on the wire. */
export const ReturnCode = {
  Success: 0,
  /** No answer within the timeout. */
  Timeout: 1,
  /** Not asked: the endpoint failed a moment ago. */
  Backoff: 2,
  /** Nothing listens there, or the connection broke. */
  Unavailable: 3,
  /** The axon has no callback for this modality or direction. */
  NotImplemented: 4,
  EmptyRequest: 5,
  EmptyResponse: 6,
  InvalidResponse: 7,
  InvalidRequest: 8,
  RequestShapeException: 9,
  ResponseShapeException: 10,
  RequestSerializationException: 11,
  ResponseSerializationException: 12,
  RequestDeserializationException: 13,
  ResponseDeserializationException: 14,
  NotServingNucleus: 15,
  NucleusTimeout: 16,
  NucleusFull: 17,
  RequestIncompatibleVersion: 18,
  ResponseIncompatibleVersion: 19,
  SenderUnknown: 20,
  UnknownException: 21,
} as const;

/** One of the values of {@linkcode ReturnCode}; a peer of a later version may send others. */
export type ReturnCode = typeof ReturnCode[keyof typeof ReturnCode];

const NAMES = new Map<number, string>(
  Object.entries(ReturnCode).map(([name, code]) => [code, name]),
);

/** The name of a return code, `UnknownCode` for a number that this version does not know. */
export function returnCodeName(code: number): string {
  return NAMES.get(code) ?? "UnknownCode";
}
