import assert from "node:assert/strict";
import { devchain, type DevChainOptions } from "../../lib/devchain/devchain.ts";
import { RpcSocket } from "./rpc_socket.ts";

/** Opens a WebSocket as a browser would from a page of this origin; gives the status of the answer. */
async function openFrom(endpoint: string, origin: string | undefined): Promise<number> {
  const { hostname, port } = new URL(endpoint);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [
    "GET / HTTP/1.1",
    `Host: ${hostname}:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const answer = new Uint8Array(512);
  const length = await connection.read(answer);
  const [, status] = new TextDecoder().decode(answer.subarray(0, length ?? 0)).split(" ");
  return Number(status);
}

/** Asks over HTTP as a page of this origin would. */
async function askFrom(endpoint: string, origin: string, init: RequestInit): Promise<Response> {
  return await fetch(endpoint.replace("ws:", "http:"), {
    ...init,
    headers: { ...init.headers, origin },
  });
}

const QUESTION = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "dev_mine", params: [1] }),
};

const OF_THIS_MACHINE = [
  "http://localhost",
  "http://localhost:3000",
  "https://app.localhost:8443",
  "http://127.0.0.1:5173",
  "http://127.9.8.7",
  "http://[::1]:8080",
];

const STRANGERS = [
  "https://evil.example",
  "null",
  "http://localhost.evil.example",
  "http://127.0.0.1.evil.example:9944",
  "http://evil.example#localhost",
  "http://0.0.0.0:3000",
  "http://192.168.1.5",
  "file://localhost",
  "chrome-extension://localhost",
  "//localhost",
  "",
];

Deno.test("pages of other sites reach the chain by no road; programs and pages of this machine do", async () => {
  await using chain = await devchain();
  assert.equal(await openFrom(chain.endpoint, undefined), 101);
  for (const origin of OF_THIS_MACHINE) {
    assert.equal(await openFrom(chain.endpoint, origin), 101, origin);
  }
  for (const origin of STRANGERS) {
    assert.equal(await openFrom(chain.endpoint, origin), 403, origin);
  }
  for (const origin of ["https://evil.example", "null"]) {
    for (const init of [QUESTION, { method: "OPTIONS" }, { ...QUESTION, headers: {} }, {}]) {
      const response = await askFrom(chain.endpoint, origin, init);
      assert.equal(response.status, 403);
      assert.equal(response.headers.get("access-control-allow-origin"), null);
      await response.body?.cancel();
    }
  }
  assert.equal(chain.block, 0);
});

Deno.test("a browser is told that a page of this machine may ask, and read the answer", async () => {
  await using chain = await devchain();
  const origin = "http://localhost:3000";
  const preflight = await askFrom(chain.endpoint, origin, { method: "OPTIONS" });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), origin);
  assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type");
  const answer = await askFrom(chain.endpoint, origin, QUESTION);
  assert.equal(answer.headers.get("access-control-allow-origin"), origin);
  assert.equal((await answer.json()).error, undefined);
  assert.equal(chain.block, 1);
});

Deno.test("allowOrigins lets pages in by their exact origin, or all", async () => {
  const status = async (options: DevChainOptions, origin: string) => {
    await using chain = await devchain(options);
    return await openFrom(chain.endpoint, origin);
  };
  const allowOrigins = ["https://apps.example:8443"];
  assert.equal(await status({ allowOrigins }, "https://apps.example:8443"), 101);
  assert.equal(await status({ allowOrigins }, "https://apps.example"), 403);
  assert.equal(await status({ allowOrigins }, "http://apps.example:8443"), 403);
  assert.equal(await status({ allowOrigins: ["*"] }, "null"), 101);
  for (const origin of ["apps.example", "https://apps.example/path", "null", ""]) {
    await assert.rejects(devchain({ allowOrigins: [origin] }), RangeError);
  }
});

Deno.test("a chain without control answers no control call, and says so in its list", async () => {
  await using chain = await devchain({ control: false });
  await using rpc = await RpcSocket.open(chain.endpoint);
  const { methods } = await rpc.result("rpc_methods") as { methods: string[] };
  assert.deepEqual(methods.filter((name) => name.startsWith("dev_")), []);
  rpc.send(QUESTION.body);
  const answer = await rpc.next() as { error?: { code: number } };
  assert.equal(answer.error?.code, -32601);
  await chain.mine(1); // Its owner still has all of it.
  assert.equal(chain.block, 1);
});
