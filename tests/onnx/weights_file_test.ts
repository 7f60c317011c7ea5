import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { zeros } from "../../lib/base/tensor.ts";
import { gpt2 } from "../../lib/onnx/models/gpt2.ts";
import { type Nucleus, nucleus } from "../../lib/onnx/nucleus.ts";
import { readWeights, writeWeights } from "../../lib/onnx/training/weights_file.ts";
import { int64, TEST_DEVICE } from "./small_models.ts";

const SMALL = { nEmbd: 8, nLayer: 1, nHead: 2, nPositions: 4, vocabSize: 12 } as const;
const TEXT = int64([[1, 2, 3]]);

const load = (options = {}) =>
  nucleus(gpt2({ ...SMALL, ...options }), { device: TEST_DEVICE, outputSize: 8, threads: 1 });

/** A few steps on some loss. */
async function train(served: Nucleus): Promise<void> {
  for (let step = 0; step < 3; step++) {
    await served.backward(TEXT, await served.forward(TEXT));
    await served.step({ optimizer: "adam", learningRate: 0.05 });
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadWeights() brings back what saveWeights() wrote", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    await using served = await load();
    await served.saveWeights(path); // Before any training, too.
    const untrained = await served.forward(TEXT);
    await train(served);
    const trained = await served.forward(TEXT);
    assert.notDeepEqual(trained.data, untrained.data);

    await using other = await load({ seed: 9 });
    await other.loadWeights(path);
    assert.deepEqual((await other.forward(TEXT)).dims, untrained.dims);
    const difference = (await other.forward(TEXT)).data.map((x, i) =>
      Math.abs(x - untrained.data[i]!)
    );
    assert(Math.max(...difference) < 1e-5);

    await served.saveWeights(path);
    await other.loadWeights(path);
    assert.deepEqual((await other.forward(TEXT)).data, trained.data);
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), [
      "weights.safetensors",
    ]);
  }));

Deno.test("loadWeights() drops gradients and moments", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    await using served = await load();
    await served.saveWeights(path);
    await train(served);
    await served.backward(TEXT, await served.forward(TEXT));
    await served.loadWeights(path);
    assert.deepEqual(await served.step({ learningRate: 1 }), { steps: 0, gradientNorm: 0 });
    await train(served);
    const again = await served.forward(TEXT);
    await using fresh = await load();
    await train(fresh);
    const difference = (await fresh.forward(TEXT)).data.map((x, i) => Math.abs(x - again.data[i]!));
    assert(Math.max(...difference) < 1e-5, `${difference}`);
  }));

Deno.test("save() writes the model as trained, which nucleus() serves", () =>
  inFolder(async (folder) => {
    await using served = await load();
    await train(served);
    const expected = await served.forward(TEXT);
    for (const [name, options] of [["a.onnx", {}], ["b.onnx", { externalData: true }]] as const) {
      const path = join(folder, name);
      await served.save(path, options);
      await using file = await nucleus(path, { device: TEST_DEVICE, outputSize: 8 });
      const actual = await file.forward(TEXT);
      const difference = actual.data.map((x, i) => Math.abs(x - expected.data[i]!));
      assert(Math.max(...difference) < 1e-5, `${difference}`);
    }
  }));

Deno.test("loadWeights() says what is wrong with a file, and changes nothing", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    await using served = await load();
    await served.saveWeights(path);
    const bytes = await Deno.readFile(path);
    const before = await served.forward(TEXT);
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
    const withHeader = (text: string) => {
      const changed = bytes.slice();
      changed.set(new TextEncoder().encode(text.padEnd(headerLength)), 8);
      return changed;
    };
    const format = { name: "BittensorError", code: "weights/format" } as const;
    const model = { name: "BittensorError", code: "weights/model" } as const;
    const wrong: [Uint8Array, { readonly code: string; readonly message?: RegExp }][] = [
      [new Uint8Array(), { ...format, message: /it has 0 bytes/ }],
      [bytes.subarray(0, 4), { ...format, message: /it has 4 bytes/ }],
      [bytes.subarray(0, 100), { ...format, message: /header is to have \d+ bytes/ }],
      [bytes.subarray(0, -1), { ...format, message: /has \d+ bytes of weights where \d+ were/ }],
      [Uint8Array.of(...bytes, 0), { ...format, message: /bytes of weights/ }],
      [new TextEncoder().encode("PK, a zip archive of something"), format],
      [withHeader("nonsense"), { ...format, message: /no JSON/ }],
      [withHeader("[1]"), { ...model, message: /it has no wte/ }],
      [withHeader("null"), { ...format, message: /no object/ }],
      [withHeader(header.replace('"F32"', '"F16"')), { ...model, message: /F16/ }],
      [withHeader(header.replace("[0,", "[4,")), { ...format, message: /place of/ }],
    ];
    for (const [content, expected] of wrong) {
      await Deno.writeFile(path, content);
      await assert.rejects(served.loadWeights(path), expected);
    }
    await assert.rejects(served.loadWeights(join(folder, "missing")), { code: "weights/read" });
    await assert.rejects(served.loadWeights(folder), { code: "weights/read" });
    await assert.rejects(served.saveWeights(folder), { code: "weights/write" });
    assert.deepEqual((await served.forward(TEXT)).data, before.data);

    await using wider = await load({ vocabSize: 13 });
    await wider.saveWeights(path);
    await assert.rejects(served.loadWeights(path), {
      ...model,
      message: /F32 \[13,8\] there, and F32 \[12,8\] in the model/,
    });
    await using deeper = await load({ nLayer: 2 });
    await deeper.saveWeights(path);
    await assert.rejects(served.loadWeights(path), {
      ...model,
      message: /which the model has not/,
    });
  }));

Deno.test("readWeights() of damaged bytes gives weights or an error of its own", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    const graph = gpt2({ ...SMALL, nEmbd: 4, vocabSize: 2 }).graph();
    await writeWeights(path, graph);
    const bytes = await Deno.readFile(path);
    const damage = fc.record({ offset: fc.nat({ max: 400 }), byte: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        const damaged = bytes.slice();
        for (const { offset, byte } of damages) damaged[offset] = byte;
        await Deno.writeFile(path, damaged);
        try {
          assert.equal(
            (await readWeights(path, graph)).size,
            graph.initializers
              .filter(({ trainable }) => trainable).length,
          );
        } catch (error) {
          assert(error instanceof BittensorError, `${error}`);
          assert.match(error.code, /^weights\/(format|model)$/);
        }
      }),
      { numRuns: 300 },
    );
  }));

Deno.test("writeWeights() follows the safetensors format", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    const graph = gpt2(SMALL).graph();
    await writeWeights(path, graph);
    const bytes = await Deno.readFile(path);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assert.equal(length % 8, 0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    assert.deepEqual(header.__metadata__, { model: "gpt2" });
    const { dtype, shape, data_offsets: [start, end] } = header["wpe.weight"];
    assert.deepEqual([dtype, shape, end - start], ["F32", [4, 8], 4 * 8 * 4]);
    const expected = zeros([4, 8]).data;
    graph.initializers.find(({ name }) => name === "wpe.weight")!
      .write(new Uint8Array(expected.buffer as ArrayBuffer));
    const stored = bytes.slice(8 + length + start, 8 + length + end);
    assert.deepEqual(new Float32Array(stored.buffer), expected);
  }));
