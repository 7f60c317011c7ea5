import assert from "node:assert/strict";
import * as bittensor from "../../mod.ts";

const { address } = bittensor.keypairFromUri("//Alice");
const endpoint: bittensor.Endpoint = {
  uid: 7,
  hotkey: address,
  coldkey: address,
  ip: "::1",
  ipType: 6,
  port: 8091,
  modality: bittensor.Modality.IMAGE,
};

/** What a notebook shows for a value that is the last expression of a cell. */
function displayed(value: bittensor.Shown): Record<string, string> {
  return Reflect.get(value, Symbol.for("Jupyter.display")).call(value);
}

const cases: readonly [name: string, shown: bittensor.Shown, text: string][] = [
  ["a balance in tao", bittensor.show(bittensor.tao("1.000000001")), "τ1.000000001"],
  [
    "a return code by its name",
    bittensor.show(bittensor.ReturnCode.NotImplemented),
    "NotImplemented",
  ],
  ["return codes in order", bittensor.show([1, 0, 0]), "[Timeout, Success, Success]"],
  ["an unknown return code", bittensor.show(99 as bittensor.ReturnCode), "UnknownCode"],
  ["an empty list", bittensor.show([]), "[]"],
  [
    "a tensor with its elements",
    bittensor.show(new bittensor.Tensor("int64", BigInt64Array.of(3n, 1n, 4n, 1n), [2, 2])),
    "int64 [2, 2]\n[[3 1]\n [4 1]]",
  ],
  [
    "tensors by their dimensions",
    bittensor.show([bittensor.zeros([1, 9, 512]), bittensor.zeros([0])]),
    "[float32 [1, 9, 512], float32 [0]]",
  ],
];

for (const [name, shown, text] of cases) {
  Deno.test(`show() shows ${name}, in a terminal and in a notebook`, () => {
    assert.equal(String(shown), text);
    assert.equal(Deno.inspect(shown), text);
    assert.equal(displayed(shown)["text/plain"], text);
  });
}

Deno.test("show() shows a large tensor in a few lines", () => {
  const lines = String(bittensor.show(bittensor.zeros([64, 20, 512]))).split("\n");
  assert.equal(lines[0], "float32 [64, 20, 512]");
  assert(lines.length < 60, `${lines.length} lines`);
});

Deno.test("show() shows endpoints as a table", () => {
  const { "text/plain": text, "text/html": html } = displayed(bittensor.show([endpoint, endpoint]));
  const [title, head, row] = text!.split("\n");
  assert.equal(title, "2 endpoints");
  assert.deepEqual(head!.trim().split(/ {2,}/), [
    "uid",
    "address",
    "modality",
    "hotkey",
    "coldkey",
  ]);
  assert.equal(row, `  7  /ipv6/::1:8091  IMAGE     ${address}  ${address}`);
  assert.equal(html!.match(/<tr>/g)?.length, 3);
  assert.match(String(bittensor.show(endpoint)), /^1 endpoint\n/);
});

Deno.test("show() refuses what it does not know", () => {
  for (const value of ["text", {}, undefined, [null], [endpoint, "text"]]) {
    assert.throws(() => bittensor.show(value as unknown as bittensor.Showable), TypeError);
  }
});

Deno.test("tensors show themselves: with elements alone, by their dimensions in a list", () => {
  const ids = new bittensor.Tensor("int64", BigInt64Array.of(3n, 1n), [1, 2]);
  assert.equal(Deno.inspect(ids), "int64 [1, 2]\n[[3 1]]");
  assert.equal(Deno.inspect([ids]), "[ int64 [1, 2] ]");
  assert.deepEqual(displayed(ids), { "text/plain": "int64 [1, 2]\n[[3 1]]" });
  const flags = new bittensor.Tensor("bool", [true], [1]);
  assert.equal(Deno.inspect(flags), "bool [1]");
});
