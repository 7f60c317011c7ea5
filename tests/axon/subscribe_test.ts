import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { IDENTITY } from "../wire/identity.ts";

Deno.test("Axon.subscribe() writes the address of the neuron on chain", async () => {
  await using chain = await devchain();
  await using server = await axon({ wallet: IDENTITY, port: 0 }).start();
  assert.equal(server.externalIp, undefined);
  assert.equal(server.externalPort, undefined);
  assert.equal(await server.subscribe({ network: chain.endpoint }), server);
  assert.equal(server.externalIp, "127.0.0.2");
  assert.equal(server.externalPort, server.port);

  await using client = await subtensor({ network: chain.endpoint });
  const { address } = await IDENTITY.hotkey();
  assert.deepEqual(await client.neurons(), [{
    uid: 0,
    hotkey: address,
    ip: "127.0.0.2",
    ipType: 4,
    port: server.port,
    modality: Modality.TEXT,
    coldkey: address,
  }]);
});

Deno.test("Axon.subscribe() takes another address and an open connection", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const server = axon({ wallet: IDENTITY, port: 0 });
  await server.subscribe({
    subtensor: client,
    externalIp: "2001:db8:0::7",
    externalPort: 9000,
  });
  assert.equal(server.externalIp, "2001:db8::7");
  assert.equal(server.externalPort, 9000);
  const [neuron] = await client.neurons();
  assert.equal(neuron?.ip, "2001:db8::7");
  assert.equal(neuron?.port, 9000);
});

Deno.test("Axon.subscribe() leaves nothing behind when it is refused", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const server = axon({ wallet: IDENTITY, ip: "127.0.0.1", port: 8091 });
  await assert.rejects(server.subscribe({ network: chain.endpoint }), { code: "axon/external-ip" });
  assert.deepEqual(await client.neurons(), []);
  assert.equal(server.externalIp, undefined);
});

Deno.test("Axon.subscribe() asks the service that the user names", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const service = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("203.0.113.7\n"),
  );
  const server = axon({ wallet: IDENTITY, port: 9001 });
  await server.subscribe({
    subtensor: client,
    externalIp: new URL(`http://127.0.0.1:${service.addr.port}`),
  });
  await service.shutdown();
  assert.equal(server.externalIp, "203.0.113.7");
  assert.equal((await client.neurons())[0]?.ip, "203.0.113.7");
});

Deno.test("Axon.subscribe() tells the chain its modality", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const options = { wallet: IDENTITY, port: 9001, forwardTensor: () => null };
  // The chains of the seed era take text alone.
  await assert.rejects(axon(options).subscribe({ subtensor: client }), {
    chainError: "SubtensorModule.InvalidModality",
  });
  await axon({ ...options, modality: Modality.TEXT }).subscribe({ subtensor: client });
  assert.equal((await client.neurons())[0]?.modality, Modality.TEXT);
});
