import assert from "node:assert/strict";
import { join } from "node:path";
import { devchain } from "../../lib/devchain/devchain.ts";
import type { Genesis } from "../../lib/devchain/genesis/genesis.ts";

const GENESIS: Genesis = { balances: { "//Greta": "5 tao" } };

async function withFile(work: (db: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "chain.db"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("devchain() goes on with the chain of its file, with the same genesis or none", () =>
  withFile(async (db) => {
    const first = await devchain({ db, genesis: GENESIS, seal: "manual" });
    await first.mine(3);
    first.setBalance("//Hugo", "2 tao");
    const { genesisHash } = first;
    const hash = first.snapshot();
    const state = first.exportState();
    await first.close();
    for (const genesis of [GENESIS, undefined]) {
      await using again = await devchain({ db, genesis, seal: "manual" });
      assert.equal(again.genesisHash, genesisHash);
      assert.equal(again.snapshot(), hash);
      assert.equal(again.block, 4);
      assert.deepEqual(again.exportState(), state);
    }
    await using last = await devchain({ db, seal: "manual" });
    last.revert(genesisHash);
    assert.equal(last.balanceOf("//Greta"), 5_000_000_000n);
  }));

Deno.test("devchain() refuses to go on with the chain of another genesis", () =>
  withFile(async (db) => {
    await (await devchain({ db, genesis: GENESIS })).close();
    const genesis: Genesis = { balances: { "//Greta": "6 tao" } };
    await assert.rejects(devchain({ db, genesis }), {
      code: "devchain/other-genesis",
      hint: "leave the genesis out to go on with that chain, or use another file",
    });
    await using again = await devchain({ db, genesis: GENESIS });
    assert.equal(again.balanceOf("//Greta"), 5_000_000_000n);
  }));

Deno.test("devchain() makes no file of a genesis that is wrong", () =>
  withFile(async (db) => {
    const genesis: Genesis = { balances: { "//Greta": "much" } };
    await assert.rejects(devchain({ db, genesis }), { code: "devchain/invalid-genesis" });
    await assert.rejects(devchain({ db, keepBlocks: -1 }), RangeError);
    await assert.rejects(Deno.stat(db), Deno.errors.NotFound);
  }));

Deno.test("devchain() leaves its file alone if its port is in use", () =>
  withFile(async (db) => {
    await using other = await devchain();
    const port = Number(new URL(other.endpoint).port);
    await assert.rejects(devchain({ db, port }), { code: "devchain/port-in-use" });
    await using chain = await devchain({ db });
    assert.equal(chain.block, 0);
  }));
