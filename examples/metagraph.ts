// The tutorial's metagraph, on a chain of its own with a network of the same shape:
//   deno run --allow-read --allow-write --allow-env --allow-ffi --allow-net=127.0.0.1 examples/metagraph.ts

import * as bittensor from "bittensor";

await using chain = await bittensor.devchain({ genesis: bittensor.tutorialGenesis() });
const graph = await bittensor.metagraph({ network: chain.endpoint }).sync();
console.log(`${graph}: tau ${graph.tau}, n ${graph.n}, block ${graph.block}`);

// Columns are arrays as NumPy has them, one element for each neuron.
console.log(`stake of the first five ${graph.S.slice(":5")}, of all ${graph.S.sum()}`);
console.log(`incentive sums to ${graph.I.sum()}, the largest is that of uid ${graph.I.argmax()}`);
console.log(`weights of the first five neurons on each other\n${graph.W.slice(":5", ":5")}`);

// Whom to ask: the neurons with stake in the top tenth.
const top = graph.select(graph.S.greater(graph.S.quantile(0.9)));
console.log(`top tenth: ${top.map(bittensor.formatEndpoint).join(", ")}`);

// Whom to serve: callers with stake.
const caller = graph.hotkeys[Number(graph.S.argmax())]!;
console.log(`a caller with ${bittensor.formatTao(graph.stakeOf(caller))}`);

// A file that NumPy opens, a picture, and what the next blocks change.
const path = await Deno.makeTempDir();
await graph.saveToPath(path, "graph.npz");
await (await bittensor.plotWeights(graph)).save(`${path}/weights.svg`);
console.log(Array.from(Deno.readDirSync(path), ({ name }) => name).sort().join(", "));
await Deno.remove(path, { recursive: true });

for await (const { metagraph, diff } of graph.watch()) {
  if (diff.changes.balances.size > 0) {
    console.log(`${metagraph}: balances of ${diff.changes.balances.size} neurons changed`);
    break;
  }
  chain.setBalance("//Alice", "2000 tao");
  await chain.mine();
}
