import assert from "node:assert/strict";
import { snapshotOf, temporaryFolder } from "./folder.ts";

const CHILD = new URL("./prompt_child.ts", import.meta.url).pathname;
const DENO = [Deno.execPath(), "run", "-A", "--no-prompt", CHILD];
const PASSWORD = "Tr0ub4dor&3";

/** util-linux's `script` gives the child a terminal of its own. */
const hasTerminals = await new Deno.Command("script", { args: ["--version"], stdout: "null" })
  .output().then(({ success }) => success, () => false);

/** Runs the child on a terminal and types each answer once its question is there. */
async function converse(
  action: string,
  path: string,
  dialogue: readonly (readonly [question: string, answer: string])[],
): Promise<string> {
  const command = [...DENO, action, path].join(" ");
  await using child = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const typing = child.stdin.getWriter();
  const questions = [...dialogue];
  let [unread, transcript] = ["", ""];
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    unread += text;
    transcript += text;
    const [next] = questions;
    if (next === undefined || !unread.includes(next[0])) continue;
    questions.shift();
    unread = "";
    await typing.write(new TextEncoder().encode(next[1]));
  }
  await typing.close();
  assert.deepEqual(questions, [], transcript);
  return transcript;
}

Deno.test({
  name: "create() and coldkey() ask on a terminal, refuse weak and mistyped passwords, show none",
  ignore: !hasTerminals,
  fn: async () => {
    await using folder = await temporaryFolder();
    const created = await converse("create", folder.path, [
      ["New password of the coldkey of wallet default", "short\r"],
      ["too short", "\x15password\r"],
      ["too easy to guess", `\x15${PASSWORD}\r`],
      ["Retype the password", "something else\r"],
      ["The two differ", ` ${PASSWORD} \r`],
      ["Retype the password", `${PASSWORD}\r`],
      ["Password of the coldkey", `${PASSWORD}\r`],
    ]);
    assert.match(created, /address 5/);
    assert(!created.includes(PASSWORD));
    const before = await snapshotOf(folder.path);
    const refused = await converse("unlock", folder.path, [["Password of", "not this one\r"]]);
    assert.match(refused, /code wallet\/wrong-password/);
    const left = await converse("unlock", folder.path, [["Password of", "\x03"]]);
    assert.match(left, /code wallet\/cancelled/);
    assert.deepEqual(await snapshotOf(folder.path), before);
  },
});

Deno.test("create() says how to give a password when there is no terminal", async () => {
  await using folder = await temporaryFolder();
  const [command = "", ...args] = [...DENO, "create", folder.path];
  const { stdout } = await new Deno.Command(command, { args, stdin: "null", stderr: "null" })
    .output();
  assert.equal(new TextDecoder().decode(stdout), "code wallet/password-required\n");
  assert.deepEqual(await snapshotOf(folder.path), {});
});
