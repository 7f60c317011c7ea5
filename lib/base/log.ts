/**
 * Logging: silent until the program that uses the library configures a sink. The one place that knows
 * `@logtape/logtape`: a program may configure that as well, where our own form does not suit it.
 */

import { configure, getLogger, type Logger, type LogRecord, reset } from "@logtape/logtape";

export type { LogRecord };

/** Levels of records, the least urgent first. */
export type LogLevel = LogRecord["level"];

/** Category of all that the library logs; a room is one below it. */
const LIBRARY = "bittensor";

/** The logger of one room, such as `axon`. */
export function logger(room: string): Logger {
  return getLogger([LIBRARY, room]);
}

/** Gets what is logged, until it is disposed because somebody else does. */
export interface LogListener extends Disposable {
  readonly hear: (record: LogRecord) => void;
}

/** Hands what is logged from a level on to a listener; the one before is disposed. */
export async function listenToLog(lowestLevel: LogLevel, listener: LogListener): Promise<void> {
  const hear = (record: LogRecord) => listener.hear(record);
  const sink = Object.assign(hear, { [Symbol.dispose]: () => listener[Symbol.dispose]() });
  await configure({
    reset: true,
    sinks: { listener: sink },
    loggers: [
      { category: LIBRARY, sinks: ["listener"], lowestLevel },
      // LogTape's own remarks on its configuration.
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
}

/** Makes the log silent again; the listener is disposed. */
export async function silenceLog(): Promise<void> {
  await reset();
}

/** Writes a line for people, on standard error: a notebook shows what the console gets. */
export function writeLogLine(line: string): void {
  console.error(line);
}
