/** Lines of the log, in the form of the seed era. */

import { messageOf } from "../base/errors.ts";
import type { LogLevel, LogRecord } from "../base/log.ts";
import type { CallEvent, LogEvent, NoteEvent, ReceptorEvent } from "./log_event.ts";

/** How to write a line. */
export interface LogLineOptions {
  /** With the colours of a terminal. */
  readonly color: boolean;
}

/** Writes text in a colour, or leaves it as it is. */
type Paint = (style: string, text: string) => string;

const STYLES = {
  bold: "\x1b[1m",
  black: "\x1b[30m",
  red: "\x1b[31m",
  green: "\x1b[32m",
  yellow: "\x1b[33m",
  blue: "\x1b[34m",
  onRed: "\x1b[41m",
} as const;

const END = "\x1b[0m";

/** Names of the levels, and their colours. */
const LEVELS: Readonly<Record<LogLevel, readonly [name: string, style: string]>> = {
  trace: ["TRACE", ""],
  debug: ["DEBUG", ""],
  info: ["INFO", ""],
  warning: ["WARNING", STYLES.yellow],
  error: ["ERROR", STYLES.red],
  fatal: ["CRITICAL", STYLES.onRed],
};

/** Colours of the return codes; all others are red. */
const CODE_STYLES: Readonly<Record<string, string>> = {
  Success: STYLES.green,
  Timeout: STYLES.yellow,
  Backoff: STYLES.yellow,
  NucleusTimeout: STYLES.yellow,
  NucleusFull: STYLES.yellow,
  EmptyRequest: STYLES.black,
};

const ACTION_STYLES = { Connect: STYLES.green, Update: STYLES.blue, Destroy: STYLES.red } as const;

/** Width of the first column after the time. */
const NAME_WIDTH = 16;

/** Longest text of a stranger that a line shows. */
const MOST_CHARACTERS = 200;

/**
 * One line for a record: the time, then what it is about in columns.
 *
 * Text that others chose cannot break the line or steer a terminal: control characters are escaped.
 */
export function formatLogLine(record: LogRecord, { color }: LogLineOptions): string {
  const paint: Paint = color ? (style, text) => `${style}${text}${END}` : (_, text) => text;
  const time = paint(STYLES.blue, formatTime(record));
  const { name, style, text } = readRecord(record, paint);
  return `${time} | ${paint(style, center(name, NAME_WIDTH))} | ${text}`;
}

/** One line for a record in a file: time, level, room and text, without colours. */
export function formatFileLine(record: LogRecord): string {
  const [level] = levelOf(record);
  const { name, text } = readRecord(record, (_, text) => text);
  const room = record.category.join(".");
  const start = `${formatTime(record)} | ${level.padEnd(8)} | ${room} - `;
  return name === level ? `${start}${text}` : `${start}${name} | ${text}`;
}

/** What a line shows: the name in its first column, and what follows. */
interface Line {
  readonly name: string;
  /** Of the name. */
  readonly style: string;
  readonly text: string;
}

function readRecord(record: LogRecord, paint: Paint): Line {
  const event = record.properties as Partial<LogEvent>;
  if (event.kind === "call") return readCall(event as CallEvent);
  if (event.kind === "receptor") return readReceptor(event as ReceptorEvent);
  const [name, style] = levelOf(record);
  const isNote = event.kind === "note";
  const text = isNote ? formatNote(event as NoteEvent, paint) : formatMessage(record.message);
  return { name, style: `${style}${STYLES.bold}`, text };
}

function levelOf({ level, properties }: LogRecord): readonly [name: string, style: string] {
  const { kind, success } = properties as Partial<NoteEvent>;
  return kind === "note" && success ? ["SUCCESS", STYLES.green] : LEVELS[level];
}

function formatNote({ prefix, detail, color }: NoteEvent, paint: Paint): string {
  const text = printable(detail);
  return `${printable(prefix).padEnd(20)}${
    color === undefined ? text : paint(STYLES[color], text)
  }`;
}

function readCall(
  { side, method, isAnswer, code, shape, hotkey, message = "None" }: CallEvent,
): Line {
  const columns = [
    center(side, 8),
    center(method, 8),
    isAnswer ? "<---" : "--->",
    center(shape === undefined ? "[x]" : `[${shape.join(", ")}]`, 15),
    printable(hotkey),
    printable(message),
  ];
  const style = CODE_STYLES[code] ?? STYLES.red;
  return { name: code, style, text: `${columns.join(" | ")} ` };
}

function readReceptor({ action, uid, address, hotkey, coldkey }: ReceptorEvent): Line {
  const columns = [
    `uid:${center(String(uid), 4)}`,
    center(address, 27),
    `hotkey:${printable(hotkey)}`,
    `coldkey:${printable(coldkey)}`,
  ];
  return { name: action, style: ACTION_STYLES[action], text: `${columns.join(" | ")} ` };
}

/** The text of a record: pieces of its template, and the values between them. */
function formatMessage(message: LogRecord["message"]): string {
  return message.map((part, index) => index % 2 === 0 ? part : printable(messageOf(part))).join("");
}

/** As Python centres text: an odd blank goes to the left if the width is odd, else to the right. */
function center(text: string, width: number): string {
  const pad = Math.max(0, width - text.length);
  const left = (pad >> 1) + (pad & width & 1);
  return text.padStart(text.length + left).padEnd(width);
}

function printable(text: string): string {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return short.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** Local time, to the millisecond. */
function formatTime({ timestamp }: LogRecord): string {
  const time = new Date(timestamp);
  const two = (part: number) => String(part).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  const clock = [two(time.getHours()), two(time.getMinutes()), two(time.getSeconds())].join(":");
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
