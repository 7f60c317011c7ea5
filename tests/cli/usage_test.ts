import assert from "node:assert/strict";
import { shell } from "./shell.ts";

Deno.test("bt says what is wrong with a command line, and what may have been meant", async () => {
  await using bt = await shell();
  const [command, subcommand, option, value, missing, plain, group] = await Promise.all([
    bt.fails(2, "nueron"),
    bt.fails(2, "wallet", "lst"),
    bt.fails(2, "metagraph", "--sotr", "stake"),
    bt.fails(2, "metagraph", "--sort", "size"),
    bt.fails(2, "transfer"),
    bt.run("qurey", "hello"),
    bt.run("wallet"),
  ]);
  assert.deepEqual(
    { ...command },
    { code: "cli/usage", message: "Unknown command 'nueron'", hint: "did you mean neuron?" },
  );
  assert.equal(subcommand.hint, "did you mean list?");
  assert.equal(option.hint, "did you mean --sort?");
  assert.match(value.hint ?? "", /^allowed choices are uid, stake/);
  assert.match(missing.message, /missing required argument 'address'/i);
  assert.deepEqual(plain, {
    code: 2,
    stdout: "",
    stderr: "error: Unknown command 'qurey' (cli/usage)\nhint: did you mean query?\n",
  });
  assert.equal(group.code, 2);
  assert.match(group.stderr, /Usage: bt wallet/);
});

Deno.test("bt shows help, its version, and where an error comes from only with --verbose", async () => {
  await using bt = await shell({ BT_NETWORK: "ws://127.0.0.1:1" });
  const [help, nothing, commandHelp, version, short, long, quick] = await Promise.all([
    bt.text("--help"),
    bt.text(),
    bt.text("help", "wallet", "create"),
    bt.text("--version"),
    bt.run("metagraph"),
    bt.run("metagraph", "--verbose"),
    bt.fails(2, "metagraph", "--timeout", "0"),
  ]);
  assert.match(help, /^Usage: bt \[options\] \[command\]/);
  assert.equal(nothing, help);
  assert.match(commandHelp, /--mnemonic-file <file>[\s\S]*Global Options:[\s\S]*--dry-run/);
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
  assert.equal(short.code, 5);
  assert.match(short.stderr, /^error: Cannot connect to the chain at ws:\/\/127\.0\.0\.1:1: /);
  assert.match(short.stderr, /\nhint: start a chain of your own/);
  assert.doesNotMatch(short.stderr, / at .*\.ts:\d+/);
  assert.match(long.stderr, / at .*\.ts:\d+/);
  assert.match(long.stderr, /Set debug: +ON/);
  assert.match(quick.hint ?? "", /^pass seconds, more than 0/);
});

Deno.test("bt says what is missing, with the exit code for it", async () => {
  await using bt = await shell({ BT_NETWORK: "ws://127.0.0.1:1" });
  await using elsewhere = await shell({ BT_WALLET_PATH: bt.folder + "/no-folder" });
  await Deno.writeTextFile(bt.folder + "/no-folder", "a file");
  const [list, balance, stake, setting, path] = await Promise.all([
    elsewhere.fails(1, "wallet", "list"),
    bt.fails(4, "wallet", "balance"),
    bt.fails(5, "stake", "show"),
    bt.fails(2, "config", "unset", "netwrk"),
    bt.fails(2, "config", "path", "here"),
  ]);
  assert.equal(list.code, "wallet/unreadable");
  assert.equal(balance.code, "wallet/missing-key");
  assert.equal(stake.code, "chain/unreachable");
  assert.match(setting.hint ?? "", /network/);
  assert.match(path.message, /too many arguments/i);
});
