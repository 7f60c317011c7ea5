import assert from "node:assert/strict";
import { join } from "node:path";
import { shell } from "./shell.ts";

interface Settings {
  readonly settings: readonly {
    readonly name: string;
    readonly value: string;
    readonly source: string;
    readonly origin?: string;
  }[];
}

Deno.test("bt config get says where a setting comes from: argument, environment, file, default", async () => {
  await using bt = await shell({ BT_WALLET_NAME: "from-environment" });
  const file = join(bt.folder, "config.json");
  await Deno.writeTextFile(
    file,
    JSON.stringify({ network: "ws://127.0.0.1:1", wallet: "from-file", hotkey: "from-file" }),
  );
  const [{ settings }, table, one] = await Promise.all([
    bt.json<Settings>("config-get", "config", "get", "--network", "finney"),
    bt.text("config", "get", "--subtensor.network=test"),
    bt.json<Settings>("config-get", "config", "get", "timeout", "--dendrite.timeout", "2.5"),
  ]);
  assert.deepEqual(
    settings.map(({ name, value, source }) => [name, value, source]).slice(0, 3),
    [
      ["network", "finney", "argument"],
      ["wallet", "from-environment", "environment"],
      ["hotkey", "from-file", "file"],
    ],
  );
  assert.deepEqual(settings.map(({ origin }) => origin).slice(0, 3), [
    undefined,
    "BT_WALLET_NAME",
    file,
  ]);
  assert.deepEqual(settings[4], { name: "timeout", value: "20", source: "default" });
  assert.match(table, /│ network +│ test +│ argument +│/);
  assert.match(table, new RegExp(`│ hotkey +│ from-file +│ file \\(${file}\\)`));
  assert.deepEqual(one.settings, [{ name: "timeout", value: "2.5", source: "argument" }]);
});

Deno.test("bt config set and unset write the file, unless it is a dry run or the value is none", async () => {
  await using bt = await shell();
  const file = join(bt.folder, "config.json");
  const [path, text, , typo, network, value] = await Promise.all([
    bt.json<{ path: string }>("config-path", "config", "path"),
    bt.text("config", "path"),
    bt.json("dry-run", "config", "set", "wallet", "alice", "--dry-run"),
    bt.fails(2, "config", "get", "netwrok"),
    bt.fails(1, "config", "set", "network", "locl"),
    bt.fails(1, "config", "set", "timeout", "never"),
  ]);
  assert.deepEqual([path.path, text], [file, `${file}\n`]);
  assert.match(typo.hint ?? "", /^did you mean network\?$/);
  assert.equal(network.code, "chain/unknown-network");
  assert.equal(network.hint, "did you mean local?");
  assert.equal(value.code, "config/invalid-setting");
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);

  await bt.json("config-set", "config", "set", "wallet", "alice");
  assert.equal(await bt.text("config", "set", "timeout", "7"), `Set timeout to 7 in ${file}.\n`);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(file)), { wallet: "alice", timeout: "7" });
  await bt.json("config-unset", "config", "unset", "wallet");
  assert.equal(await bt.text("config", "unset", "timeout"), `Unset timeout in ${file}.\n`);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(file)), {});
  await Deno.writeTextFile(file, "{");
  const malformed = await bt.fails(1, "config", "get");
  assert.equal(malformed.code, "config/malformed");
});
