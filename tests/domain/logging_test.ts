import assert from "node:assert/strict";
import { join } from "node:path";
import { axon } from "../../lib/axon/axon.ts";
import { logger } from "../../lib/base/log.ts";
import { Tensor } from "../../lib/base/tensor.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import { logCall } from "../../lib/domain/log_event.ts";
import { logging, type LoggingOptions } from "../../lib/domain/logging.ts";
import { Modality } from "../../lib/domain/modality.ts";
import vectors from "../vectors/logging.json" with { type: "json" };
import { IDENTITY } from "../wire/identity.ts";

/** What each call of the original had as options. */
const OPTIONS: Readonly<Record<string, LoggingOptions>> = {
  "logging(debug=False)": {},
  "logging(debug=True)": { debug: true },
  "logging(debug=True, trace=True)": { debug: true, trace: true },
  "logging(debug=True, record_log=True, logging_dir='<DIR>/logs')": {
    debug: true,
    recordLog: true,
    loggingDir: "<DIR>/logs",
  },
  "logging(debug=False) again": {},
  "logging(trace=True)": { trace: true },
};

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const vector of vectors.cases.filter(({ call }) => call.startsWith("logging("))) {
  Deno.test(`${vector.call} says what the original said`, async () => {
    await inFolder(async (folder) => {
      const options = OPTIONS[vector.call]!;
      const loggingDir = options.loggingDir?.replace("<DIR>", folder);
      for (const color of [false, true]) {
        const lines: string[] = [];
        const write = (line: string) => lines.push(line);
        await using _ = await logging({ ...options, loggingDir, color, write });
        const anonymous = lines.map((line) =>
          line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/, "<TIME>").replace(folder, "<DIR>")
        );
        assert.deepEqual(anonymous, color ? vector.lines_ansi : vector.lines_plain);
      }
    });
  });
}

function logOneCall(): void {
  logCall("Dendrite", () => ({ method: "Forward", isAnswer: false, code: 0, hotkey: "5F" }));
}

Deno.test("logging() shows calls only with debug, and nothing when it is off again", async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  {
    await using _ = await logging({ write });
    logOneCall();
    assert.equal(lines.length, 3);
  }
  {
    await using _ = await logging({ write, debug: true });
    logOneCall();
    assert.match(lines.at(-1) ?? "", /Dendrite \| Forward/);
  }
  const { length } = lines;
  logger("axon").error("after");
  assert.equal(lines.length, length);
});

Deno.test("logging() takes the place of an earlier call, whose end then changes nothing", async () => {
  const lines: string[] = [];
  const first = await logging({ write: () => {} });
  await using _ = await logging({ write: (line) => lines.push(line) });
  await first[Symbol.asyncDispose]();
  logger("axon").info("still here");
  assert.match(lines.at(-1) ?? "", /\| {7}INFO {7}\| still here$/);
});

Deno.test("logging() records the log in a file, call after call", async () => {
  await inFolder(async (folder) => {
    for (const text of ["one", "two"]) {
      await using log = await logging({ recordLog: true, loggingDir: folder, write: () => {} });
      assert.equal(log.path, join(folder, "logs.log"));
      logger("axon").info(text);
    }
    const lines = (await Deno.readTextFile(join(folder, "logs.log"))).trimEnd().split("\n");
    assert.equal(lines.length, 8);
    assert.match(lines[3] ?? "", /\| INFO {5}\| bittensor\.axon - one$/);
    assert.match(lines[7] ?? "", /\| INFO {5}\| bittensor\.axon - two$/);
  });
});

Deno.test("an axon and a dendrite log their calls on both sides", async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.split(" | ").slice(1).join(" | "));
  await using _ = await logging({ debug: true, color: false, write });
  const { address: hotkey } = await IDENTITY.hotkey();
  let port = 0;
  {
    await using server = await axon({
      wallet: IDENTITY,
      ip: "127.0.0.1",
      port: 0,
      forwardTensor: (_caller, inputs) => inputs,
    }).start();
    port = server.port;
    await using client = dendrite({ wallet: IDENTITY });
    const place = { ip: "127.0.0.1", ipType: 4, port, modality: Modality.TENSOR } as const;
    const inputs = new Tensor("float32", new Float32Array(512), [1, 1, 512]);
    const endpoints = { uid: 7, hotkey, coldkey: hotkey, ...place };
    await client.forwardTensor({ endpoints, inputs });
  }
  const receptor = `| uid: 7   | ${center(`/ipv4/127.0.0.1:${port}`, 27)} | ` +
    `hotkey:${hotkey} | coldkey:${hotkey} `;
  assert.deepEqual(lines.slice(3), [
    `    SUCCESS      | Axon Started:       127.0.0.1:${port}`,
    `    Connect      ${receptor}`,
    `    Success      | Dendrite | Forward  | ---> |   [1, 1, 512]   | ${hotkey} | None `,
    `    Success      |   Axon   | Forward  | ---> |   [1, 1, 512]   | ${hotkey} | None `,
    `    Success      |   Axon   | Forward  | <--- |   [1, 1, 512]   | ${hotkey} | Success `,
    `    Success      | Dendrite | Forward  | <--- |   [1, 1, 512]   | ${hotkey} | Success `,
    `    Destroy      ${receptor}`,
    `    SUCCESS      | Axon Stopped:       127.0.0.1:${port}`,
  ]);
});

/** As Python centres text in an odd width. */
function center(text: string, width: number): string {
  const pad = width - text.length;
  return text.padStart(text.length + Math.ceil(pad / 2)).padEnd(width);
}
