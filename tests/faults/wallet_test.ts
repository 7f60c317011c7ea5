/** A wallet whose process dies, or whose disk fails, at each step of a write. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { listingOf, temporaryFolder } from "../wallet/folder.ts";
import { Wallet } from "../../lib/wallet/wallet.ts";
import { watchFileOperations } from "./file_operations.ts";
import { type Scenario, SCENARIOS, type State } from "./wallet_scenarios.ts";

const CHILD = join(import.meta.dirname!, "wallet_child.ts");

const FILES = [
  "default 700",
  "default/coldkey 600",
  "default/coldkeypub.txt 600",
  "default/hotkeys 700",
  "default/hotkeys/default 600",
  "default/hotkeys/defaultpub.txt 600",
];

/** Runs a scenario in a process that dies at an operation. @returns How many there were, if it lived. */
async function runChild(name: string, path: string, last: number): Promise<number | undefined> {
  const { signal, success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-prompt", CHILD, name, path, `${last}`],
  }).output();
  if (signal === "SIGKILL") return undefined;
  assert(success, new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

/** The state that an interruption left; afterwards the wallet is used on, and nothing lies about. */
async function stateAfter({ stateOf }: Scenario, path: string): Promise<State> {
  const state = await stateOf(path);
  using wallet = new Wallet({ path });
  await wallet.create({ password: null });
  await wallet.createNewHotkey({ overwrite: true });
  assert.deepEqual(await listingOf(path), FILES);
  return state;
}

/** Runs tasks, as many at a time as there are processors. */
async function inTurns<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const left = tasks.entries();
  const work = async () => {
    for (const [index, task] of left) results[index] = await task();
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
  return results;
}

async function withFolder<T>(
  { prepare }: Scenario,
  run: (path: string) => Promise<T>,
): Promise<T> {
  await using folder = await temporaryFolder();
  await prepare(folder.path);
  return await run(folder.path);
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  // Of the two that write both keys one is enough here, as each step takes a process.
  if (name === "create() with overwrite") continue;
  Deno.test(`${name} leaves the old files or the new ones, wherever its process is killed`, async () => {
    const count = await withFolder(scenario, async (path) => {
      const changes = await runChild(name, path, Infinity);
      assert.equal(await stateAfter(scenario, path), "new");
      return changes ?? assert.fail("the process was killed");
    });
    const steps = Array.from({ length: count }, (_, index) => index + 1);
    const states = await inTurns(steps.map((step) => () =>
      withFolder(scenario, async (path) => {
        assert.equal(await runChild(name, path, step), undefined, `step ${step}`);
        return await stateAfter(scenario, path);
      })
    ));
    // Old up to some step, and new from then on.
    const turn = states.indexOf("new");
    assert(turn > 0 && !states.includes("old", turn), states.join(" "));
  });
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`${name} leaves the old files or the new ones, wherever its disk fails`, async () => {
    const states: State[] = [];
    for (let step = 1, failed = true; failed; step++) {
      await withFolder(scenario, async (path) => {
        using operations = watchFileOperations("all", ({ number }) => {
          if (number === step) throw new Deno.errors.PermissionDenied("the disk fails");
        });
        const failure = await scenario.run(path).catch((error: unknown) => error);
        operations[Symbol.dispose]();
        failed = operations.count() >= step;
        states.push(await stateAfter(scenario, path));
        if (!failed) assert.equal(failure, undefined);
      });
    }
    assert(states.length > 20, `${states.length} steps`);
    assert.equal(states[0], "old");
    assert.equal(states.at(-1), "new");
  });
}
