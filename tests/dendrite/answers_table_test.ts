import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import { zeros } from "../../lib/base/tensor.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import { answersDisplay } from "../../lib/dendrite/answers_table.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { closedPort } from "./servers.ts";

Deno.test("the result of a call shows itself as a table, in a terminal and in a notebook", async () => {
  const forwardText = () => null;
  await using server = await axon({ wallet: IDENTITY, port: 0, forwardText }).start();
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = [endpointAt(server.port), endpointAt(closedPort())];
  const result = await client.forwardText({ endpoints, inputs: "Hello" });
  const text = Deno.inspect(result);
  assert.match(
    text,
    /^Forward: 0 of 2 succeeded\n *uid +address +return code +ms +tensor +message$/m,
  );
  assert.match(text, /^ +\d+ .*:\d+ +EmptyResponse +\d+ +float32 \[1, 1, 512\]/m);
  assert.match(text, /^ +\d+ .*:\d+ +Unavailable +\d+ +float32 \[1, 1, 512\]/m);
  const display = Reflect.get(result, Symbol.for("Jupyter.display")).call(result);
  assert.deepEqual(Object.keys(display), ["text/plain", "text/html"]);
  assert.equal(display["text/plain"], text);
  assert.deepEqual(Object.keys(result), [
    "0",
    "1",
    "2",
    "representations",
    "codes",
    "times",
    "messages",
  ]);
});

Deno.test("a message of a peer cannot move the terminal, and is cut", () => {
  const { "text/plain": text, "text/html": html } = answersDisplay("Backward", [{
    endpoint: endpointAt(1),
    index: 0,
    code: ReturnCode.UnknownException,
    message: `\x1b[2J<script>\r\n${"x".repeat(100)}`,
    representation: zeros([1, 1, 512]),
    timeMs: 1,
  }]);
  assert.equal(text!.split("\n").length, 3);
  assert.match(text!, / \[2J<script> x{10,50}…$/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text! + html!, /\x1b|\r|<script>x|<td[^>]*> \[2J<script>/);
});
