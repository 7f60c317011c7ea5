import assert from "node:assert/strict";
import { listenTcp } from "../../lib/wire/tcp_listener.ts";

Deno.test("closeIdle() closes the connections on which nothing comes or goes", async () => {
  const arrived = new EventTarget();
  const listener = await listenTcp("127.0.0.1", 0, (socket) => {
    socket.on("data", () => arrived.dispatchEvent(new Event("data")));
  });
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port: listener.port });
  const send = async (connection: Deno.Conn) => {
    const data = new Promise((resolve) => arrived.addEventListener("data", resolve));
    await connection.write(Uint8Array.of(1));
    await data;
  };
  using talkative = await connect();
  using silent = await connect();
  await send(silent);
  for (let look = 0; look < 3; look++) {
    await send(talkative);
    listener.closeIdle();
  }
  // The end of what the other side sends.
  assert.equal(await silent.read(new Uint8Array(1)), null);
  await send(talkative);
  listener.stop();
  await listener.closeConnections();
});
