import assert from "node:assert/strict";
import type { LogLevel, LogRecord } from "../../lib/base/log.ts";
import type { CallEvent, LogEvent } from "../../lib/domain/log_event.ts";
import { formatFileLine, formatLogLine } from "../../lib/domain/log_line.ts";
import vectors from "../vectors/logging.json" with { type: "json" };

const HOTKEY = "5FcWiCiFoSspGGocSxzatNL5kT6cjxjXQ9LuAuYbvFNUqcfX";
const COLDKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

const TIME = new Date(2021, 7, 23, 9, 5, 7, 42);
const TIME_TEXT = "2021-08-23 09:05:07.042";

function record(level: LogLevel, content: LogEvent | string): LogRecord {
  const [message, properties] = typeof content === "string"
    ? [[content], {}]
    : [[""], { ...content }];
  const category = ["bittensor", "test"];
  return { category, level, message, properties, rawMessage: "", timestamp: TIME.getTime() };
}

function note(prefix: string, detail: string, color?: "green" | "red" | "blue"): LogRecord {
  return record("info", { kind: "note", prefix, detail, color, success: true });
}

function call(event: Omit<CallEvent, "kind" | "hotkey">): LogRecord {
  return record("debug", { kind: "call", hotkey: HOTKEY, ...event });
}

function receptor(action: "Connect" | "Update" | "Destroy"): LogRecord {
  const address = "/ipv4/74.14.25.112:8091";
  const event = { action, uid: 7, address, hotkey: HOTKEY, coldkey: COLDKEY };
  return record("debug", { kind: "receptor", ...event });
}

/** What the original logged in each of its cases, as the records that we would log. */
const asked = {
  side: "Dendrite",
  method: "Forward",
  isAnswer: false,
  code: "Success",
  shape: [1, 9],
} as const;
const answered = { ...asked, isAnswer: true, shape: undefined } as const;
const served = { ...asked, side: "Axon", shape: [3, 20] } as const;
const place = "ip: 74.14.25.112, port: 8091, modality: 0, hotkey: 0xfa, coldkey: 0x72";
const records: readonly LogRecord[] = [
  call(asked),
  call({ ...answered, shape: [1, 9, 512] }),
  call({ ...answered, code: "Unavailable", message: "grpc.StatusCode.UNAVAILABLE" }),
  call({ ...answered, code: "Timeout", message: "grpc.StatusCode.DEADLINE_EXCEEDED" }),
  call({ ...asked, code: "EmptyRequest", shape: [1, 0], message: "empty request" }),
  call(served),
  call({
    ...served,
    isAnswer: true,
    shape: undefined,
    code: "NotImplemented",
    message: "Forward callback is not yet subscribed on this axon.",
  }),
  call({ ...served, method: "Backward", shape: [3, 20, 512] }),
  call({
    ...served,
    method: "Backward",
    isAnswer: true,
    shape: undefined,
    code: "RequestDeserializationException",
    message: "long code name is not truncated",
  }),
  call({
    ...served,
    isAnswer: true,
    shape: undefined,
    code: "UnknownCode",
    message: "unknown numeric code",
  }),
  receptor("Connect"),
  receptor("Update"),
  receptor("Destroy"),
  note("External IP:", "74.14.25.112", "blue"),
  record("warning", {
    kind: "note",
    prefix: "Failed to Subscribe::",
    detail: "reason",
    success: false,
  }),
  record("info", { kind: "note", prefix: "Info:", detail: "text", success: false }),
  record("fatal", "Invalid password"),
  record("error", "x"),
  note("A prefix longer than twenty chars:", "v"),
  note("Subscribed with", place, "blue"),
  note("Subscribed:", place, "blue"),
];

/** The cases of the original that format one line; those of logging() itself are in logging_test.ts. */
const cases = vectors.cases.filter((vector) =>
  !vector.call.startsWith("logging(") && vector.lines_plain.length === 1
);

Deno.test("formatLogLine() is tested with every line of the original", () => {
  assert.equal(records.length, cases.length);
});

for (const [index, { call, lines_plain, lines_ansi }] of cases.entries()) {
  Deno.test(`formatLogLine() writes ${call} as the original did`, () => {
    const line = (color: boolean) =>
      formatLogLine(records[index]!, { color }).replace(TIME_TEXT, "<TIME>");
    assert.deepEqual([line(false)], lines_plain);
    assert.deepEqual([line(true)], lines_ansi);
  });
}

Deno.test("formatLogLine() colours each return code as the original did", () => {
  const styles: Record<string, string> = { green: "32", yellow: "33", red: "31", black: "30" };
  for (const { name, loguru } of Object.values(vectors.codes)) {
    const line = formatLogLine(call({ ...asked, code: name }), { color: true });
    assert.ok(line.includes(`\x1b[${styles[loguru]}m`), name);
  }
});

Deno.test("formatLogLine() does not let others steer the terminal or write lines of their own", () => {
  const hostile = `\x1b[2J\r\n2021 | SUCCESS | all is well${"x".repeat(10_000)}`;
  for (const event of [call({ ...asked, message: hostile }), note("Said:", hostile)]) {
    const line = formatLogLine(event, { color: false });
    assert.doesNotMatch(line, /\p{Cc}/u);
    assert.match(line, /\\x1b\[2J\\x0d\\x0a2021/);
    assert.ok(line.length < 500);
  }
});

Deno.test("formatLogLine() shows the values of a message, and of errors the message alone", () => {
  const failed = {
    ...record("error", ""),
    message: ["The callback of ", "a\n", ": ", new Error("b")],
  };
  assert.match(formatLogLine(failed, { color: false }), /\| The callback of a\\x0a: b$/);
});

Deno.test("formatFileLine() keeps what the original left out", () => {
  assert.equal(
    formatFileLine(call(asked)),
    `${TIME_TEXT} | DEBUG    | bittensor.test - Success | Dendrite | Forward  | ---> |      [1, 9]     | ${HOTKEY} | None `,
  );
  assert.equal(
    formatFileLine(note("External IP:", "1.2.3.4", "blue")),
    `${TIME_TEXT} | SUCCESS  | bittensor.test - External IP:        1.2.3.4`,
  );
});
