/** What the library logs in the words of the seed era: things done, calls, connections to neurons. */

import { logger } from "../base/log.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { returnCodeName } from "./return_code.ts";

/** Something that was done or failed: `External IP:        203.0.113.7`. */
export interface NoteEvent {
  readonly kind: "note";
  /** Its name, with the colon. */
  readonly prefix: string;
  readonly detail: string;
  /** Of the detail. */
  readonly color?: "green" | "red" | "blue" | undefined;
  readonly success: boolean;
}

/** A request or an answer that went by. */
export interface CallEvent {
  readonly kind: "call";
  readonly side: "Axon" | "Dendrite";
  readonly method: "Forward" | "Backward";
  readonly isAnswer: boolean;
  /** Name of the return code. */
  readonly code: string;
  /** Of the inputs, in a request; of the representation, in an answer that has one. */
  readonly shape?: readonly (number | bigint)[] | undefined;
  /** Hotkey of the caller on the side of an axon, of the endpoint on that of a dendrite. */
  readonly hotkey: string;
  readonly message?: string | undefined;
}

/** A connection to a neuron that was opened, opened elsewhere, or closed. */
export interface ReceptorEvent {
  readonly kind: "receptor";
  readonly action: "Connect" | "Update" | "Destroy";
  readonly uid: number;
  /** In the network's notation, such as `/ipv4/203.0.113.7:8091`. */
  readonly address: string;
  readonly hotkey: string;
  readonly coldkey: string;
}

/** What a record of the log may carry besides its text. */
export type LogEvent = NoteEvent | CallEvent | ReceptorEvent;

/** Says that something was done; see {@linkcode NoteEvent}. */
export function logSuccess(
  room: string,
  prefix: string,
  detail: string,
  color?: NoteEvent["color"],
): void {
  const event: NoteEvent = { kind: "note", prefix, detail, color, success: true };
  logger(room).info("{prefix} {detail}", { ...event });
}

/** Says that a request or an answer went by; `describe` runs only if somebody wants to know. */
export function logCall(
  side: CallEvent["side"],
  describe: () => Omit<CallEvent, "kind" | "side" | "code"> & { readonly code: number },
): void {
  const log = logger(side.toLowerCase());
  if (!log.isEnabledFor("debug")) return;
  const call = describe();
  const event: CallEvent = { kind: "call", side, ...call, code: returnCodeName(call.code) };
  log.debug("{side} {method} {code} {hotkey} {message}", { ...event });
}

/** Says what became of the connection to a neuron. */
export function logReceptor(action: ReceptorEvent["action"], endpoint: Endpoint): void {
  const log = logger("dendrite");
  if (!log.isEnabledFor("debug")) return;
  const { uid, hotkey, coldkey } = endpoint;
  const address = formatEndpoint(endpoint);
  const event: ReceptorEvent = { kind: "receptor", action, uid, address, hotkey, coldkey };
  log.debug("{action} {address} {hotkey}", { ...event });
}
