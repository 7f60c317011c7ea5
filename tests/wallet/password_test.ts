import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { encrypt } from "../../lib/wallet/encryption.ts";
import { passwordOfKeyFile } from "../../lib/wallet/environment_password.ts";
import type { PasswordRequest, PasswordSource } from "../../lib/wallet/password.ts";
import { Wallet, wallet } from "../../lib/wallet/wallet.ts";
import { snapshotOf, temporaryFolder } from "./folder.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const { json, object } = finney.keyfiles.hotkeyOrDecryptedColdkey;
const utf8 = (text: string) => new TextEncoder().encode(text);
const PASSWORD = "pässwörd τ";

/** Runs with a variable of the environment, which is unset afterwards. */
async function withVariable(name: string, value: string, run: () => Promise<void>): Promise<void> {
  Deno.env.set(name, value);
  try {
    await run();
  } finally {
    Deno.env.delete(name);
  }
}

/** A wallet whose coldkey is encrypted. */
async function lockedWallet(path: string): Promise<Wallet> {
  await Deno.mkdir(join(path, "default"));
  await Deno.writeFile(
    join(path, "default", "coldkey"),
    await encrypt(utf8(json), PASSWORD, "", { limits: FAST_LIMITS }),
    { mode: 0o600 },
  );
  return new Wallet({ path }, FAST_LIMITS);
}

/** The form in which the network's own wallet keeps a password in the environment. */
function hide(password: string, variable: string): string {
  const name = utf8(variable);
  return utf8(password).map((byte, index) => byte ^ name[index % name.length]!).toBase64();
}

Deno.test("coldkey() takes the password from a function, which is told what it is for", async () => {
  await using folder = await temporaryFolder();
  using locked = await lockedWallet(folder.path);
  const requests: PasswordRequest[] = [];
  const { signal } = new AbortController();
  await locked.coldkey({
    signal,
    password: async (request) => {
      requests.push(request);
      await Promise.resolve();
      return PASSWORD;
    },
  });
  assert.deepEqual(requests, [{ key: "coldkey of wallet default", purpose: "unlock", signal }]);
});

Deno.test("coldkey() takes the password from a variable of the environment", async () => {
  await using folder = await temporaryFolder();
  using locked = await lockedWallet(folder.path);
  const env = "BITTENSOR_TEST_PASSWORD";
  await assert.rejects(locked.coldkey({ password: { env } }), {
    code: "wallet/password-required",
    message: "Cannot unlock the coldkey of wallet default: it takes a password, and the variable " +
      "BITTENSOR_TEST_PASSWORD is not set",
  });
  await withVariable(env, "", async () => {
    await assert.rejects(locked.coldkey({ password: { env } }), {
      code: "wallet/password-required",
    });
  });
  await withVariable(env, PASSWORD, async () => {
    assert.equal((await locked.coldkey({ password: { env } })).address, object.ss58Address);
  });
});

Deno.test("coldkey() takes the password from a file that only its owner can read", async () => {
  await using folder = await temporaryFolder();
  using locked = await lockedWallet(folder.path);
  const file = join(folder.path, "password");
  const password = { file };
  await assert.rejects(locked.coldkey({ password }), { code: "wallet/unreadable" });
  for (const text of [`${PASSWORD}\n\n`, ` ${PASSWORD}`, `${PASSWORD}x`]) {
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    await assert.rejects(locked.coldkey({ password }), { code: "wallet/wrong-password" });
  }
  await Deno.writeTextFile(file, "\n");
  await assert.rejects(locked.coldkey({ password }), { code: "wallet/password-required" });
  await Deno.writeTextFile(file, `${PASSWORD}\n`);
  for (const mode of [0o640, 0o604, 0o620, 0o602]) {
    await Deno.chmod(file, mode);
    await assert.rejects(locked.coldkey({ password }), {
      code: "wallet/unsafe-permissions",
      hint: `chmod 600 ${file}`,
    });
  }
  await Deno.chmod(file, 0o400);
  assert.equal((await locked.coldkey({ password })).address, object.ss58Address);
});

Deno.test("create() takes the password of the wallet from any source", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "password");
  await Deno.writeTextFile(file, `${PASSWORD}\r\n`, { mode: 0o600 });
  using made = await new Wallet({ path: folder.path, password: { file } }, FAST_LIMITS).create();
  assert.equal((await made.coldkey()).address, await made.coldkeypub());
  using again = new Wallet({ path: folder.path, password: () => PASSWORD }, FAST_LIMITS);
  assert.equal((await again.coldkey()).address, await made.coldkeypub());
});

Deno.test("passwordOfKeyFile() reads the published variables of the network's own wallet", async () => {
  for (const { keyfilePath, envVar, password, value } of finney.envPassword) {
    assert.equal(await passwordOfKeyFile(keyfilePath), undefined);
    await withVariable(envVar, value, async () => {
      assert.equal(await passwordOfKeyFile(keyfilePath), password);
    });
  }
});

Deno.test("passwordOfKeyFile() reads any password that was hidden, and refuses other values", async () => {
  const { keyfilePath, envVar } = finney.envPassword[0]!;
  await fc.assert(fc.asyncProperty(fc.string({ unit: "grapheme" }), async (password) => {
    await withVariable(envVar, hide(password, envVar), async () => {
      assert.equal(await passwordOfKeyFile(keyfilePath), password);
    });
  }));
  for (const value of ["plain words", "////////"]) {
    await withVariable(envVar, value, async () => {
      await assert.rejects(passwordOfKeyFile(keyfilePath), (error: Error & { code?: string }) => {
        assert.equal(error.code, "wallet/malformed-password");
        assert(!Deno.inspect(error).includes(value));
        return true;
      });
    });
  }
  assert.equal(await passwordOfKeyFile("/a=b/coldkey"), undefined);
});

Deno.test("coldkey() finds the variable of the network's own wallet by itself", async () => {
  await using folder = await temporaryFolder();
  using locked = await lockedWallet(folder.path);
  const path = join(folder.path, "default", "coldkey");
  const variable = `BT_PW_${path.toUpperCase().replaceAll(/[/.]/g, "_")}`;
  await withVariable(variable, hide(PASSWORD, variable), async () => {
    await assert.rejects(locked.coldkey({ password: null }), { code: "wallet/password-required" });
    assert.equal((await locked.coldkey()).address, object.ss58Address);
  });
});

Deno.test("wallet() and its methods refuse a password as an argument, without quoting it", async () => {
  await using folder = await temporaryFolder();
  const secret = "open sesame" as unknown as PasswordSource;
  const refused = (error: unknown) =>
    error instanceof TypeError && !Deno.inspect(error).includes("sesame");
  assert.throws(() => wallet({ path: folder.path, password: secret }), refused);
  using made = wallet({ path: folder.path });
  await assert.rejects(made.create({ password: secret }), refused);
  await assert.rejects(made.createNewHotkey({ password: secret }), refused);
  assert.deepEqual(await snapshotOf(folder.path), {});
});

Deno.test("coldkey() stops to wait for a password when the signal aborts", async () => {
  await using folder = await temporaryFolder();
  using locked = await lockedWallet(folder.path);
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const unlocked = locked.coldkey({
    signal: controller.signal,
    password: () => {
      controller.abort(reason);
      return new Promise(() => {});
    },
  });
  await assert.rejects(unlocked, (error) => error === reason);
});
