import assert from "node:assert/strict";
import { join } from "node:path";
import { ExitCode } from "../../cli/exit_code.ts";
import { ROOT } from "./shell.ts";

const PAGE = join(ROOT, "docs/cli.md");

Deno.test("docs/cli.md holds the tutorial as a script that runs as it stands", async () => {
  const [, script] = /^```sh\n(.*?)^```$/ms.exec(await Deno.readTextFile(PAGE)) ?? [];
  assert(script);
  const folder = await Deno.makeTempDir();
  try {
    const config = join(ROOT, "deno.json");
    const main = join(ROOT, "cli/main.ts");
    const bt = `exec "${Deno.execPath()}" run -q -P=local --config "${config}" "${main}" "$@"`;
    await Deno.writeTextFile(join(folder, "bt"), `#!/bin/sh\n${bt}\n`, { mode: 0o755 });
    await Deno.mkdir(join(folder, "tmp"));
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script],
      env: {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        TMPDIR: join(folder, "tmp"),
        NO_COLOR: "1",
        ...{ BT_NETWORK: "", BT_WALLET_NAME: "", BT_WALLET_HOTKEY: "", BT_TIMEOUT: "" },
      },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, `${text}\n${new TextDecoder().decode(stderr)}`);
    assert.match(text, /│ network +│ ws:\/\/127\.0\.0\.1:\d+ +│ file/);
    assert.match(text, /n 37, block \d+/);
    assert.match(text, /│ +2 │ \/ipv4\/127\.0\.0\.2:\d+ │ Success/);
    assert.match(text, /│ +3 │ \/ipv4\/127\.0\.0\.2:\d+ +│ Unavailable/);
    assert.match(text, /│ +37 │ \/ipv4\/127\.0\.0\.2:\d+ │ Success/);
    assert.match(text, /Would: Stake τ10\.0\n/);
    assert.match(text, /SubtensorModule\.StakeRemoved/);
    assert.match(text, /Balances\.Transfer/);
    assert.match(text, /^exit code 6$/m);
    assert.deepEqual([...Deno.readDirSync(join(folder, "tmp"))], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/cli.md lists the exit codes of the program", async () => {
  const rows = (await Deno.readTextFile(PAGE)).matchAll(/^\| (\d+) +\|/gm);
  const listed = [...rows].map(([, code]) => Number(code));
  assert.deepEqual(listed, Object.values(ExitCode));
});
