import assert from "node:assert/strict";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { logger } from "../../lib/base/log.ts";

Deno.test("logger() is the category of a room below bittensor, silent until configured", async () => {
  const records: LogRecord[] = [];
  logger("axon").info("before");
  await configure({
    sinks: { list: (record: LogRecord) => records.push(record) },
    loggers: [
      { category: "bittensor", sinks: ["list"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], lowestLevel: "error" },
    ],
  });
  try {
    logger("axon").info("after");
  } finally {
    await reset();
  }
  assert.deepEqual(records.map(({ category, rawMessage }) => [category, rawMessage]), [
    [["bittensor", "axon"], "after"],
  ]);
});
