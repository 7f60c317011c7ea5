import assert from "node:assert/strict";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { CallError } from "../../lib/wire/call_error.ts";
import { connect } from "../../lib/wire/grpc.ts";
import type { Channel } from "../../lib/wire/rpc.ts";
import { closedPort, tcpServer } from "../dendrite/servers.ts";

/** Makes this thread stand still now and then, as it does on a busy machine. */
function stalls(): Disposable {
  let round = 0;
  const standStill = () => {
    const end = performance.now() + round++ % 4 * 5;
    while (performance.now() < end);
  };
  const timer = setInterval(standStill, 1);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The return code of a call that fails. */
async function failing(channel: Channel, timeoutMs: number): Promise<ReturnCode | undefined> {
  try {
    await channel.call("Forward", [Uint8Array.of(1)], { timeoutMs });
  } catch (error) {
    if (error instanceof CallError) return error.returnCode;
    throw error;
  }
}

// That nothing is left behind is for Deno to find: a timer that outlives its test, a peer that waits.

for (const stalled of [false, true]) {
  const how = stalled ? "a thread that stands still" : "an idle thread";

  Deno.test(`Channel.close() leaves nothing behind after failed calls, on ${how}`, async () => {
    using _stalls = stalled ? stalls() : undefined;
    for (let calls = 1; calls <= 6; calls++) {
      const channel = connect(`127.0.0.1:${closedPort()}`);
      const codes = await Promise.all(
        Array.from({ length: calls }, () => failing(channel, 20_000)),
      );
      assert.deepEqual(codes, codes.map(() => ReturnCode.Unavailable));
      await channel.close();
    }
  });

  Deno.test(`Channel.close() ends calls that wait for a connection, on ${how}`, async () => {
    await using silent = tcpServer();
    using _stalls = stalled ? stalls() : undefined;
    for (const port of [silent.port, closedPort()]) {
      for (const pauseMs of [undefined, 0, 1, 2]) {
        const channel = connect(`127.0.0.1:${port}`);
        const call = failing(channel, 20_000);
        if (pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        await channel.close();
        assert.equal(await call, ReturnCode.Unavailable);
      }
    }
  });

  Deno.test(`Channel.close() leaves nothing behind after a timeout, on ${how}`, async () => {
    await using silent = tcpServer();
    using _stalls = stalled ? stalls() : undefined;
    for (const timeoutMs of [0, 1, 20]) {
      const channel = connect(`127.0.0.1:${silent.port}`);
      const call = failing(channel, timeoutMs);
      if (timeoutMs > 0) assert.equal(await call, ReturnCode.Timeout);
      await channel.close();
      assert.equal(await call, ReturnCode.Timeout);
    }
  });
}
