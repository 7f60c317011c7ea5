/**
 * The packed program, installed as on a machine that has only Node: npm and Deno start with empty caches
 * and fetch everything from the registry. Not a part of `deno task test`; `.ci/run` runs it with
 * `deno test`.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { type Finished, run } from "../../tools/run.ts";
import { assertClosed, readDocument, readUntil } from "../cli/shell.ts";

const ROOT = join(import.meta.dirname!, "../..");

Deno.test("the packed program works after npm install, with no Deno but its own", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "bt-install-" });
  const { stdout: node } = await run("node", ["-p", "process.execPath"]);
  const env = {
    PATH: `${dirname(node.trim())}:/usr/bin:/bin`,
    DENO_DIR: join(folder, "deno"),
    NPM_CONFIG_CACHE: join(folder, "npm"),
    BT_CONFIG: join(folder, "config.json"),
    BT_WALLET_PATH: join(folder, "wallets"),
    NO_COLOR: "1",
  };
  const app = join(folder, "app");
  const bt = (...args: readonly string[]): Promise<Finished> =>
    run("npx", ["bt", ...args], { cwd: app, env });
  try {
    await t.step("pack", async () => {
      const [program, ...args] = config.tasks.pack.command.split(" ");
      assert.equal(program, "deno");
      await run(Deno.execPath(), [...args, "--output", folder], { cwd: ROOT });
    });
    await t.step("npm install", async () => {
      await Deno.mkdir(app);
      await Deno.writeTextFile(join(app, "package.json"), "{}");
      const tarball = join(folder, `bittensor-${config.version}.tgz`);
      await run("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd: app, env });
    });
    await t.step("the first start fetches the packages, and says so", async () => {
      const { stdout, stderr } = await bt("--version");
      assert.equal(stdout.trim(), config.version);
      assert.match(stderr, /fetching its packages, once/);
    });
    await t.step("a later start prints nothing but the result", async () => {
      const { stdout, stderr } = await bt("wallet", "list", "--json");
      assert.deepEqual(readDocument<{ wallets: unknown[] }>("wallet-list", stdout).wallets, []);
      assert.equal(stderr, "");
    });
    await t.step("exit codes and errors come through", async () => {
      const { code, stderr } = await run("npx", ["bt", "walet"], { cwd: app, env, mayFail: true });
      assert.equal(code, 2);
      assert.match(stderr, /wallet/);
    });
    await t.step("a chain serves, is read, and stops when it is told to", async () => {
      await using chain = new Deno.Command(join(app, "node_modules/.bin/bt"), {
        args: ["devchain", "--port", "0", "--json"],
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const report = await readUntil(chain.stdout, "\n}");
      const { endpoint } = readDocument<{ endpoint: string }>("devchain", report);
      const { stdout } = await bt("metagraph", "--network", endpoint, "--json");
      assert.equal(readDocument<{ n: number }>("metagraph", stdout).n, 0);
      chain.kill("SIGTERM");
      await chain.stdout.cancel();
      assert.equal((await chain.status).code, 143);
      await assertClosed(Number(new URL(endpoint).port));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
