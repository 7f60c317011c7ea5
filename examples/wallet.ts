// A wallet from its mnemonic, an encrypted coldkey, two hotkeys, and a signed message:
//   deno run --allow-read --allow-write --allow-env examples/wallet.ts

import * as bittensor from "bittensor";

const path = await Deno.makeTempDir();
const mnemonic = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

// A password is never an argument: it comes from a prompt, a variable, a file or a function.
await Deno.writeTextFile(`${path}/password`, crypto.randomUUID(), { mode: 0o600 });
const password = { file: `${path}/password` };

// Encrypting takes seconds and 512 MiB, by design of the format: a worker does it.
using alice = bittensor.wallet({ name: "alice", hotkey: "miner", path, password });
await alice.regenerateColdkey({ mnemonic, onProgress: (ms) => progress(`${Math.round(ms)} ms`) });
await alice.createNewHotkey({
  onMnemonic: ({ kind }) => console.log(`new ${kind}: store its words`),
});
using validator = bittensor.wallet({ name: "alice", hotkey: "validator", path });
await validator.createNewHotkey();

// What is on disk; nothing is decrypted.
for (const { name, coldkey, hotkeys } of await bittensor.listWallets({ path })) {
  console.log(name, coldkey?.address, coldkey?.encryption, hotkeys.map((hotkey) => hotkey.name));
}

const hotkey = await alice.hotkey();
const signature = hotkey.sign("I am the miner of Alice");
const address = await alice.hotkeypub();
console.log("signed:", bittensor.verify(address, "I am the miner of Alice", signature));

await Deno.remove(path, { recursive: true });

function progress(text: string): void {
  if (Deno.stdout.isTerminal()) Deno.stdout.writeSync(new TextEncoder().encode(`\r${text} `));
}
