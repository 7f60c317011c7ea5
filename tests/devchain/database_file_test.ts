/** What may be in the way of a chain in a file, and what is said of it. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { devchain } from "../../lib/devchain/devchain.ts";

function testFile(name: string, test: (path: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await test(`${folder}/chain.db`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** A chain of a few blocks in a file. */
async function makeChain(path: string): Promise<string> {
  await using chain = await devchain({ db: path, seal: "manual" });
  await chain.mine(20);
  return chain.genesisHash;
}

testFile("devchain() goes on with the chain of its file", async (path) => {
  const genesisHash = await makeChain(path);
  await using chain = await devchain({ db: path, seal: "manual" });
  assert.equal(chain.genesisHash, genesisHash);
  assert.equal(chain.block, 20);
  await chain.mine();
  assert.equal(chain.block, 21);
});

testFile("devchain() refuses a file that another chain has open", async (path) => {
  await using chain = await devchain({ db: path });
  await assert.rejects(devchain({ db: path }), {
    code: "devchain/database-in-use",
    message: `Cannot open ${path}: another process has it open`,
  });
  assert.equal(chain.block, 0);
});

testFile("devchain() refuses a file that is no chain, and leaves it as it is", async (path) => {
  await Deno.writeTextFile(path, "not a database, and long enough to be looked at".repeat(100));
  const text = await Deno.readTextFile(path);
  await assert.rejects(devchain({ db: path }), { code: "devchain/not-a-chain" });
  assert.equal(await Deno.readTextFile(path), text);

  await Deno.remove(path);
  {
    using other = new DatabaseSync(path);
    other.exec("create table notes (text); insert into notes values ('mine')");
  }
  await assert.rejects(devchain({ db: path }), { code: "devchain/not-a-chain" });
  using other = new DatabaseSync(path);
  assert.equal(other.prepare("select text from notes").get()?.text, "mine");
});

testFile("devchain() refuses a file of another version", async (path) => {
  await makeChain(path);
  {
    using database = new DatabaseSync(path);
    database.exec("pragma user_version = 99");
  }
  await assert.rejects(devchain({ db: path }), {
    code: "devchain/other-version",
    message: /its format is 99/,
  });
});

testFile("devchain() refuses a file of which a part is missing", async (path) => {
  await makeChain(path);
  const { size } = await Deno.stat(path);
  await Deno.truncate(path, size - 4096);
  await assert.rejects(devchain({ db: path }), { code: "devchain/database-damaged" });
});

testFile("devchain() says that the folder of its file is missing", async (path) => {
  await assert.rejects(devchain({ db: `${path}/missing/chain.db` }), {
    code: "devchain/cannot-open-database",
    hint: "its folder must exist, be writable and have space left",
  });
});
