import * as bittensor from "bittensor";
import assert from "node:assert/strict";
import { FOREIGN_CASES } from "../onnx/foreign_models.ts";
import { readDocument, readUntil, type Shell, shell } from "./shell.ts";

/** A shell with a wallet, and files of models that strangers made. */
async function shellWith(files: Readonly<Record<string, string>>): Promise<Shell> {
  const bt = await shell();
  using _wallet = await bittensor.wallet({ path: `${bt.folder}/wallets` }).create({
    password: null,
  });
  for (const [file, name] of Object.entries(files)) {
    const model = FOREIGN_CASES.find((each) => each.name === name);
    assert(model, name);
    await Deno.writeFile(`${bt.folder}/${file}`, model.bytes());
  }
  return bt;
}

const ALONE = ["--no-subscribe", "--port", "0", "--listen", "127.0.0.1", "--device", "cpu"];

/** What `bt serve` tells when it serves; it is stopped then. */
async function served(bt: Shell, ...args: readonly string[]): Promise<{ merging: string }> {
  await using process = bt.start("serve", ...args, ...ALONE, "--json");
  const told = readDocument<{ merging: string }>("serve", await readUntil(process.stdout, "\n}"));
  process.kill("SIGINT");
  await process.stdout.cancel();
  await process.stderr.cancel();
  assert.equal((await process.status).code, 130);
  return told;
}

Deno.test("bt serve says which inputs it does not know, and takes their roles", async () => {
  await using bt = await shellWith({
    "mask.onnx": "a mask of any name, named by its user",
    "number.onnx": "a number of its user's",
    "images.onnx": "images of a fixed size, one vector for each",
  });
  const file = (name: string) => `${bt.folder}/${name}`;
  const [mask, wrong, noRole] = await Promise.all([
    bt.fails(1, "serve", file("mask.onnx"), ...ALONE),
    bt.fails(1, "serve", file("mask.onnx"), ...ALONE, "--input", "n=input"),
    bt.fails(2, "serve", file("mask.onnx"), ...ALONE, "--input", "m=mask"),
  ]);
  assert.equal(mask.code, "model/signature");
  assert.match(mask.message, /nothing is known to put into m bool \[batch, sequence\]/);
  assert.match(mask.hint ?? "", /inputs input_ids int64 .*, m bool .*--input NAME=ROLE/s);
  assert.match(wrong.message, /it has no input n, but/);
  assert.match(noRole.hint ?? "", /padding-mask/);
  const [masked, scaled, images] = await Promise.all([
    served(bt, file("mask.onnx"), "--input", "m=padding-mask", "--output", "last_hidden_state"),
    served(bt, file("number.onnx"), "--input", "temperature=2"),
    served(bt, file("images.onnx")),
  ]);
  assert.deepEqual([masked, scaled, images].map(({ merging }) => merging), [
    "any length",
    "equal length",
    "equal length",
  ]);
});
