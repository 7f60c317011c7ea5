import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { configPath, findSetting, readConfig, writeSetting } from "../../lib/domain/config.ts";
import { SETTING_NAMES, settingName } from "../../lib/domain/settings.ts";

/** Runs a test in a folder of its own, with the path of a config file that is not there yet. */
function testConfig(
  name: string,
  run: (config: { path: string; folder: string }) => Promise<void>,
  options: Pick<Deno.TestDefinition, "permissions"> = {},
): void {
  Deno.test({
    name,
    ...options,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await run({ path: join(folder, "config.json"), folder });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Sets variables of the environment, and what was there before when it is disposed. */
function environment(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return {
    [Symbol.dispose]: () => {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}

testConfig("findSetting() prefers argument to environment to file to default", async ({ path }) => {
  const find = (argument?: string) => findSetting("network", argument, { path });
  const name = "network";
  {
    using _ = environment({ BT_NETWORK: "" });
    assert.deepEqual(await find(), { name, value: "local", source: "default" });
    await writeSetting("network", "test", { path });
    assert.deepEqual(await find(), { name, value: "test", source: "file", origin: path });
  }
  using _ = environment({ BT_NETWORK: "archive" });
  const inEnvironment = { value: "archive", source: "environment", origin: "BT_NETWORK" };
  assert.deepEqual(await find(), { name, ...inEnvironment });
  assert.deepEqual(await find("finney"), { name, value: "finney", source: "argument" });
});

testConfig("findSetting() knows every setting by its variable", async ({ path }) => {
  const variables = {
    network: "BT_NETWORK",
    wallet: "BT_WALLET_NAME",
    hotkey: "BT_WALLET_HOTKEY",
    walletPath: "BT_WALLET_PATH",
    timeout: "BT_TIMEOUT",
  };
  assert.deepEqual(Object.keys(variables), SETTING_NAMES);
  for (const name of SETTING_NAMES) {
    using _ = environment({ [variables[name]]: "7" });
    const { value, source, origin } = await findSetting(name, undefined, { path });
    assert.deepEqual([value, source, origin], ["7", "environment", variables[name]]);
  }
});

testConfig("findSetting() says where a value is that cannot be used", async ({ path }) => {
  await assert.rejects(findSetting("timeout", "soon"), {
    code: "config/invalid-setting",
    message: 'Cannot use "soon" as timeout: the argument should be seconds, more than 0',
  });
  {
    using _ = environment({ BT_TIMEOUT: "0" });
    await assert.rejects(findSetting("timeout"), { message: /"0".*BT_TIMEOUT/ });
  }
  await Deno.writeTextFile(path, '{"wallet": " "}');
  await assert.rejects(findSetting("hotkey", undefined, { path }), { message: /wallet in .*json/ });
});

testConfig("BT_CONFIG names another config file", async ({ path }) => {
  using _ = environment({ BT_CONFIG: path, BT_NETWORK: "" });
  await Deno.writeTextFile(path, '{"network": "test", "timeout": 2.5}');
  assert.equal(await configPath(), path);
  assert.equal((await findSetting("network")).value, "test");
  assert.equal((await findSetting("timeout")).value, "2.5");
});

testConfig("writeSetting() keeps the other settings, and takes one out", async ({ folder }) => {
  const path = join(folder, "new", "folders", "config.json");
  assert.equal(await writeSetting("network", "test", { path }), path);
  await writeSetting("wallet", "alice", { path });
  assert.deepEqual(await readConfig(path), { network: "test", wallet: "alice" });
  assert.equal(await Deno.readTextFile(path), '{\n  "network": "test",\n  "wallet": "alice"\n}\n');
  await writeSetting("network", undefined, { path });
  assert.deepEqual(await readConfig(path), { wallet: "alice" });
  const files = await Array.fromAsync(Deno.readDir(join(folder, "new", "folders")));
  assert.deepEqual(files.map(({ name }) => name), ["config.json"]);
});

testConfig(
  "writeSetting() refuses what it cannot use, and leaves the file alone",
  async ({ path }) => {
    await assert.rejects(writeSetting("timeout", "-1", { path }), {
      code: "config/invalid-setting",
    });
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    await Deno.writeTextFile(path, "{ half a file");
    await assert.rejects(writeSetting("wallet", "alice", { path }), { code: "config/malformed" });
    assert.equal(await Deno.readTextFile(path), "{ half a file");
  },
);

testConfig("writeSetting() writes where a link leads to", async ({ folder }) => {
  const [target, path] = [join(folder, "dotfiles.json"), join(folder, "config.json")];
  await Deno.writeTextFile(target, '{"hotkey": "h"}');
  await Deno.symlink(target, path);
  await writeSetting("wallet", "alice", { path });
  assert.equal((await Deno.lstat(path)).isSymlink, true);
  assert.deepEqual(await readConfig(target), { hotkey: "h", wallet: "alice" });
});

testConfig("readConfig() says what is wrong with a file", async ({ path }) => {
  const files = [
    ["[]", /it is no object/],
    ["null", /it is no object/],
    ["", /JSON/],
    ['{"netwrok": "test"}', /it has no use for netwrok/],
    ['{"network": true}', /network is neither text nor a number/],
  ] as const;
  for (const [text, message] of files) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(readConfig(path), {
      code: "config/malformed",
      message,
      hint: /walletPath/,
    });
  }
});

testConfig("readConfig() throws nothing but BittensorError", async ({ path }) => {
  const config = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(fc.constantFrom(...SETTING_NAMES, "__proto__"), fc.jsonValue())
      .map((value) => JSON.stringify(value)),
  );
  await fc.assert(fc.asyncProperty(config, async (text) => {
    await Deno.writeTextFile(path, text);
    try {
      for (const value of Object.values(await readConfig(path))) {
        assert.equal(typeof value, "string");
      }
    } catch (error) {
      assert.ok(error instanceof BittensorError, String(error));
    }
  }));
});

Deno.test("settingName() names the settings there are", () => {
  assert.equal(settingName("network"), "network");
  assert.throws(() => settingName("netwrok"), {
    code: "config/unknown-setting",
    hint: /network, wallet, hotkey, walletPath, timeout/,
  });
});

Deno.test({
  name: "findSetting() does not ask for permissions",
  permissions: { env: false, read: false, sys: false },
  fn: async () => {
    const { value, source } = await findSetting("network");
    assert.deepEqual([value, source], ["local", "default"]);
    await assert.rejects(writeSetting("network", "test"), { code: "config/no-path" });
  },
});
