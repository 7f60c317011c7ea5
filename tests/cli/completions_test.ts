import assert from "node:assert/strict";
import { join } from "node:path";
import { SCHEMAS, shell } from "./shell.ts";

/** The script that a person sources, and where its schema is checked. */
async function completions(name: string): Promise<string> {
  await using bt = await shell();
  const { script } = await bt.json<{ script: string }>("completions", "completions", name);
  return script;
}

/** What bash offers after these words. */
async function complete(script: string, ...words: readonly string[]): Promise<string[]> {
  const code = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bt; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["--norc", "-c", code, "bash", "bt", ...words],
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("bt completions bash completes commands and options in bash", async () => {
  const script = await completions("bash");
  assert.deepEqual(await complete(script, "me"), ["metagraph"]);
  assert.deepEqual(await complete(script, "wallet", "re"), ["regen"]);
  assert.deepEqual(await complete(script, "wallet", "create", "--mn"), ["--mnemonic-file"]);
  assert.deepEqual(await complete(script, "--json", "stake", "add", "--dry"), ["--dry-run"]);
  assert((await complete(script, "stake", "")).includes("remove"));
  assert.deepEqual(await complete(script, "wallet", "xyz"), [""]);
});

Deno.test("bt completions write scripts that zsh and fish read", async () => {
  for (const name of ["zsh", "fish"]) {
    const script = await completions(name);
    assert.match(script, name === "zsh" ? /^#compdef bt\n/ : /^complete -c bt /);
    const syntax = new Deno.Command(name, { args: ["-n"], stdin: "piped", stderr: "piped" });
    let process: Deno.ChildProcess;
    try {
      process = syntax.spawn();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      console.log(`The syntax is not tried: ${name} is not installed`);
      continue;
    }
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const { code, stderr } = await process.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }
});

Deno.test("bt completions refuse another shell; in text they are the script alone", async () => {
  await using bt = await shell();
  const [other, text] = await Promise.all([
    bt.fails(2, "completions", "tcsh"),
    bt.text("completions", "bash"),
  ]);
  assert.match(other.hint ?? "", /allowed choices are bash, zsh, fish/);
  assert.match(text, /^_bt\(\) \{/);
});

Deno.test("each command of the completions has a schema, and each schema a command", async () => {
  const script = await completions("bash");
  const paths = [...script.matchAll(/^ {4}"((?: [\w-]+)+)"\) words="([^"]*)"/gm)];
  // A group does nothing by itself; a dev chain runs, and has commands as well.
  const groups = new Set(paths.map(([, path]) => path!.split(" ").slice(0, -1).join(" ")));
  groups.delete(" devchain");
  const commands = paths.map(([, path]) => path!)
    .filter((path) => path === " devchain" || !groups.has(path))
    .map((path) => path.trim().replaceAll(" ", "-"));
  const shared = ["common", "dry-run", "error", "extrinsic"];
  const files = [...Deno.readDirSync(SCHEMAS)].map(({ name }) => name.replace(/\.json$/, ""));
  assert.deepEqual([...commands, ...shared].sort(), files.sort());
  for (const file of files) {
    const schema = JSON.parse(await Deno.readTextFile(join(SCHEMAS, `${file}.json`)));
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  }
});
