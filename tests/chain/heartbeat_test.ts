import assert from "node:assert/strict";
import { Heartbeat } from "../../lib/chain/heartbeat.ts";

Deno.test("Heartbeat goes on asking while it is answered", async () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let asked = 0;
  const heartbeat = new Heartbeat({
    periodMs: 1,
    ask: () => {
      heartbeat.heard();
      if (++asked === 5) resolve();
    },
    onSilence: () => reject(new Error("it was answered")),
  });
  heartbeat.start();
  heartbeat.start();
  await promise;
  heartbeat.stop();
});

Deno.test("Heartbeat notices silence when it has asked", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const said: string[] = [];
  const heartbeat = new Heartbeat({
    periodMs: 1,
    ask: () => said.push("ask"),
    onSilence: () => {
      said.push("silence");
      heartbeat.stop();
      resolve();
    },
  });
  heartbeat.start();
  await promise;
  assert.deepEqual(said, ["ask", "silence"]);
});
