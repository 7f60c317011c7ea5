/** Logging: silent until the program that uses the library configures a sink. */

import { getLogger, type Logger } from "@logtape/logtape";

/** The logger of one room, such as `axon`. */
export function logger(room: string): Logger {
  return getLogger(["bittensor", room]);
}
