// Answers with a model until Ctrl-C, and tells a network where; NETWORK is one of this machine:
//   deno run --allow-read --allow-write --allow-env --allow-ffi "--allow-net=127.0.0.1,127.0.0.2,[::]" examples/server.ts [NETWORK]

import * as bittensor from "bittensor";

const [network = "local"] = Deno.args; // `deno task devchain` starts one
const path = await Deno.makeTempDir();
const wallet = await bittensor.wallet({ path }).create({ password: null }); // null: not encrypted
await using model = await bittensor.nucleus(bittensor.bert({ layers: 2 }));
await using axon = await bittensor.axon({
  wallet,
  port: 0, // a free one
  forwardText: (_caller, inputs, { signal }) => model.forward(inputs, { signal }),
}).start();
await axon.subscribe({ network });

console.log(`${await wallet.hotkeypub()} serves at ${axon.externalIp}:${axon.externalPort}`);
await new Promise<void>((resolve) => Deno.addSignalListener("SIGINT", resolve));
console.log("requests:", axon.statistics().total.codes);
await Deno.remove(path, { recursive: true });
