import assert from "node:assert/strict";
import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "../..");

Deno.test("the wallet script runs as its first lines say, with these permissions alone", async () => {
  const source = await Deno.readTextFile(join(ROOT, "examples/wallet.ts"));
  assert(source.split("\n").length <= 40);
  const [, command = ""] = /^\/\/ {3}deno (.*)$/m.exec(source) ?? [];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: command.split(" ").toSpliced(1, 0, "--no-prompt"),
    cwd: ROOT,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.equal(
    new TextDecoder().decode(stdout),
    "new hotkey: store its words\n" +
      "alice 5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV nacl " +
      '[ "miner", "validator" ]\n' +
      "signed: true\n",
  );
});
