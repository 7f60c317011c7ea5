/** Logging as the seed era had it: lines on standard error, and in a file on request. */

import { join } from "node:path";
import { expandHome } from "../base/files.ts";
import { listenToLog, silenceLog, writeLogLine } from "../base/log.ts";
import { LogFile } from "../base/log_file.ts";
import { logSuccess } from "./log_event.ts";
import { formatFileLine, formatLogLine } from "./log_line.ts";

/** Options of {@linkcode logging}. */
export interface LoggingOptions {
  /** Show each request, each answer, and the connections to neurons as well. @default {false} */
  readonly debug?: boolean | undefined;
  /** Show all there is. @default {false} */
  readonly trace?: boolean | undefined;
  /** Write the lines into `logs.log` in `loggingDir` as well. @default {false} */
  readonly recordLog?: boolean | undefined;
  /** Folder of the log file. @default {"~/.bittensor/miners"} */
  readonly loggingDir?: string | undefined;
  /** Show lines in the colours of a terminal. @default whether standard error is one */
  readonly color?: boolean | undefined;
  /** Takes the lines. @default standard error */
  readonly write?: ((line: string) => void) | undefined;
}

/** A log that is on; disposing turns it off and closes its file. */
export interface Logging extends AsyncDisposable {
  /** The log file, if there is one. */
  readonly path: string | undefined;
}

/**
 * Turns the log on, and says so in three lines. It counts for the whole program: a later call takes
 * the place of an earlier one. Until then the library logs nothing.
 *
 * The file begins anew at 25 MB; former ones are kept for ten days.
 *
 * @example See what an axon does
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * await using log = await bittensor.logging({ write: (line) => lines.push(line) });
 * assert.match(lines[0] ?? "", /SUCCESS {6}\| Set debug: {10}OFF$/);
 * assert.equal(log.path, undefined);
 * ```
 */
export async function logging(options: LoggingOptions = {}): Promise<Logging> {
  const { debug = false, trace = false, recordLog = false, write = writeLogLine } = options;
  const { color = Deno.stderr.isTerminal() && !Deno.noColor } = options;
  const folder = expandHome(options.loggingDir ?? "~/.bittensor/miners");
  const file = recordLog ? new LogFile(join(folder, "logs.log")) : undefined;
  let isOn = true;
  await listenToLog(trace ? "trace" : debug ? "debug" : "info", {
    hear: (record) => {
      write(formatLogLine(record, { color }));
      file?.write(formatFileLine(record));
    },
    [Symbol.dispose]: () => {
      isOn = false;
      file?.[Symbol.dispose]();
    },
  });
  logSwitch("Set debug:", debug);
  logSwitch("Set trace:", trace);
  if (file) logSuccess("logging", "Set record log:", file.path, "blue");
  else logSwitch("Set record log:", false);
  return {
    path: file?.path,
    [Symbol.asyncDispose]: async () => {
      // A later call may have taken its place.
      if (isOn) await silenceLog();
    },
  };
}

function logSwitch(prefix: string, isOn: boolean): void {
  logSuccess("logging", prefix, isOn ? "ON" : "OFF", isOn ? "green" : "red");
}
