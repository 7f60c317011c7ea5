// Run by stop_test.ts in a process of its own: fifty connections that have had requests, then the
// axons stop while the dendrite holds on to its connections, or the dendrite lets go first.

import * as bittensor from "bittensor";

const hotkey = bittensor.keypairFromUri("//Alice");
const wallet = {
  hotkey: () => Promise.resolve(hotkey),
  coldkeypub: () => Promise.resolve(hotkey.address),
};
const options = { wallet, ip: "127.0.0.1", port: 0, forwardText: () => null };
const axons = await Promise.all(Array.from({ length: 50 }, () => bittensor.axon(options).start()));
const endpoints = axons.map(({ port }): bittensor.Endpoint => ({
  uid: 0,
  hotkey: hotkey.address,
  coldkey: hotkey.address,
  ip: "127.0.0.1",
  ipType: 4,
  port,
  modality: 0,
}));
const dendrite = bittensor.dendrite({ wallet });
for (let call = 0; call < 5; call++) await dendrite.forwardText({ endpoints, inputs: "Hello" });
for (let round = 0; round < 3; round++) {
  Reflect.get(globalThis, "gc")();
  await new Promise((resolve) => setTimeout(resolve, 100));
}
if (Deno.args[0] === "dendrite first") await dendrite[Symbol.asyncDispose]();
for (const axon of axons) await axon.stop();
// A second round: the connections are gone, and are made anew.
await Promise.all(axons.map((axon) => axon.start()));
if (Deno.args[0] === "axons first") await dendrite.forwardText({ endpoints, inputs: "Again" });
Reflect.get(globalThis, "gc")();
await Promise.all(axons.map((axon) => axon.stop()));
console.log("done");
