import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Tensor } from "../../lib/base/tensor.ts";
import { logging } from "../../lib/domain/logging.ts";
import { type Graph, GraphBuilder, type Value } from "../../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import type { TensorType } from "../../lib/onnx/graph/tensor_type.ts";
import { halfPrecision } from "../../lib/onnx/half_precision.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { ModelThread } from "../../lib/onnx/model_thread.ts";
import { nucleus, type NucleusOptions } from "../../lib/onnx/nucleus.ts";
import { ModelProtoSchema, TensorProto_DataType as DataType } from "../../proto/gen/onnx_pb.ts";
import { ForeignModel } from "./foreign_model.ts";
import { FOREIGN_CASES } from "./foreign_models.ts";
import { int64, largestDifference, withFolder } from "./small_models.ts";

const MODEL = bert({
  hiddenSize: 16,
  layers: 1,
  numAttentionHeads: 2,
  intermediateSize: 32,
  maxPositionEmbeddings: 10,
  vocabSize: 40,
  initializerRange: 0.3,
});

const IDS = int64([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]]);
const MASK = int64([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0]]);
const CPU: NucleusOptions = { device: "cpu", outputSize: 16 };

/** What our own description of the model gives, loaded without a file. */
async function expectedOutput(): Promise<number[]> {
  await using served = await nucleus(MODEL, CPU);
  return [...(await served.forward(IDS, { attentionMask: MASK })).data];
}

/** The bytes of a model with the names of its inputs and outputs changed. */
function renamed(graph: Graph, names: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const model = fromBinary(ModelProtoSchema, modelBytes(graph));
  const rename = (name: string) => names[name] ?? name;
  for (const info of [...model.graph!.input, ...model.graph!.output]) info.name = rename(info.name);
  for (const node of model.graph!.node) {
    node.input = node.input.map(rename);
    node.output = node.output.map(rename);
  }
  return toBinary(ModelProtoSchema, model);
}

/** The bytes of the small BERT with int32 ids and mask, as other exporters write them. */
function withInt32Inputs(): Uint8Array<ArrayBuffer> {
  const model = fromBinary(ModelProtoSchema, MODEL.toBytes());
  for (const { type } of model.graph!.input) {
    assert(type?.value.case === "tensorType");
    type.value.value.elemType = DataType.INT32;
  }
  return toBinary(ModelProtoSchema, model);
}

interface Input extends TensorType {
  readonly name: string;
}

/** The bytes of a model that computes an output of its inputs. */
function modelOf(
  inputs: readonly Input[],
  compute: (graph: GraphBuilder, ...values: Value[]) => Value,
): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder();
  const values = inputs.map(({ name, type, shape }) => graph.input(name, type, shape));
  graph.output("result", compute(graph, ...values));
  return modelBytes(graph.build("test"));
}

/** Token ids as vectors of one element, as floats. */
function asVectors(graph: GraphBuilder, ids: Value): Value {
  const floats = graph.op("Cast", [ids], { to: DataType.FLOAT });
  return graph.op("Unsqueeze", [floats, graph.integers([2])]);
}

const TOKENS: Input = { name: "tokens", type: "int64", shape: ["batch", "sequence"] };

Deno.test("nucleus() serves an ONNX file by path, by URL and by its bytes", async () => {
  const expected = await expectedOutput();
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    await MODEL.save(path);
    const bytes = await Deno.readFile(path);
    assert.deepEqual(bytes, MODEL.toBytes());
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response(bytes.slice()),
    );
    const url = new URL(`http://127.0.0.1:${server.addr.port}/some/model.onnx`);
    for (const source of [path, pathToFileURL(path), url, bytes]) {
      await using served = await nucleus(source, CPU);
      assert.equal(served.name, source === bytes ? "a model" : "model.onnx");
      const { data } = await served.forward(IDS, { attentionMask: MASK });
      assert.deepEqual([...data], expected);
    }
    assert.equal(bytes.length, MODEL.toBytes().length); // the caller's bytes are not taken away
  });
});

Deno.test("save() puts weights into a file beside the model", async () => {
  const expected = await expectedOutput();
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    await MODEL.save(path, { externalData: true, outputSize: 16 });
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["model.onnx", "model.onnx.data"]);
    const { graph } = fromBinary(ModelProtoSchema, await Deno.readFile(path));
    const external = graph!.initializer.filter(({ externalData }) => externalData.length > 0);
    assert(external.every(({ rawData }) => rawData.length === 0));
    assert(external.some(({ name }) => name === "embeddings.word_embeddings.weight"));
    for (const { externalData } of external) {
      const fields = new Map(externalData.map(({ key, value }) => [key, value]));
      assert.equal(fields.get("location"), "model.onnx.data");
      assert.equal(Number(fields.get("offset")) % 4096, 0);
    }
    await using served = await nucleus(path, CPU);
    const { data } = await served.forward(IDS, { attentionMask: MASK });
    assert.deepEqual([...data], expected);
  });
});

Deno.test("save() replaces a file, and says which it cannot write", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    await Deno.writeTextFile(path, "something else");
    await MODEL.save(path, { outputSize: 7 });
    assert.deepEqual(await Deno.readFile(path), MODEL.toBytes(7));
    await assert.rejects(MODEL.save(join(folder, "missing", "model.onnx")), {
      code: "onnx/write",
      message: /missing.model\.onnx/,
    });
  });
});

Deno.test("nucleus() finds inputs under other names, and takes int32 and 16-bit floats", async () => {
  const expected = await expectedOutput();
  const otherNames = renamed(MODEL.graph(), {
    input_ids: "tokens",
    attention_mask: "padding_mask",
    last_hidden_state: "encoded",
  });
  for (const bytes of [otherNames, withInt32Inputs()]) {
    await using served = await nucleus(bytes, CPU);
    const { data } = await served.forward(IDS, { attentionMask: MASK });
    assert(largestDifference(data, expected) < 1e-6);
  }
  await using half = await nucleus(modelBytes(halfPrecision(MODEL.graph())), CPU);
  const { type, data } = await half.forward(IDS, { attentionMask: MASK });
  assert.equal(type, "float32");
  assert(largestDifference(data, expected) < 0.02);
});

Deno.test("nucleus() takes the names of inputs and outputs as options", async () => {
  const names = { input: "x", attentionMask: "y", output: "z" };
  const bytes = renamed(MODEL.graph(), {
    input_ids: "x",
    attention_mask: "y",
    last_hidden_state: "z",
  });
  await using served = await nucleus(bytes, { ...CPU, names });
  const { data } = await served.forward(IDS, { attentionMask: MASK });
  assert.deepEqual([...data], await expectedOutput());
  await assert.rejects(nucleus(bytes, { ...CPU, names: { input: "ids" } }), {
    code: "model/signature",
    message: /it has no input ids, but x int64 \[batch, sequence\], y int64 \[batch, sequence\]/,
  });
});

Deno.test("nucleus() cuts or pads what a file gives to the output size", async () => {
  await using served = await nucleus(MODEL.toBytes(), { device: "cpu", outputSize: 20 });
  await using cut = await nucleus(MODEL.toBytes(), { device: "cpu", outputSize: 3 });
  const whole = await expectedOutput();
  const [padded, short] = [
    await served.forward(IDS, { attentionMask: MASK }),
    await cut.forward(IDS, { attentionMask: MASK }),
  ];
  assert.deepEqual([padded.dims, short.dims], [[2, 5, 20], [2, 5, 3]]);
  assert.deepEqual([...padded.data.slice(20, 40)], [...whole.slice(16, 32), 0, 0, 0, 0]);
  assert.deepEqual([...short.data.slice(3, 6)], whole.slice(16, 19));
});

Deno.test("nucleus() fills in segments and positions", async () => {
  const inputs = ["input_ids", "token_type_ids", "position_ids"].map((name) => ({
    ...TOKENS,
    name,
  }));
  const bytes = modelOf(inputs, (graph, ids, types, positions) => {
    const tens = graph.op("Mul", [asVectors(graph, ids!), graph.scalar(10)]);
    const hundreds = graph.op("Mul", [asVectors(graph, types!), graph.scalar(100)]);
    return graph.op("Add", [graph.op("Add", [tens, hundreds]), asVectors(graph, positions!)]);
  });
  await using served = await nucleus(bytes, { device: "cpu", outputSize: 1 });
  const { data } = await served.forward(int64([[3, 1, 4], [1, 5, 9]]));
  assert.deepEqual([...data], [30, 11, 42, 10, 51, 92]);
});

Deno.test("nucleus() merges no lengths of a model that takes no mask", async () => {
  const bytes = modelOf([TOKENS], asVectors);
  await using served = await nucleus(bytes, { device: "cpu", outputSize: 1 });
  const answers = await Promise.all(
    [[1], [2, 3], [4, 5], [6]].map((ids) => served.forward(int64([ids]))),
  );
  assert.deepEqual(answers.map(({ data }) => [...data]), [[1], [2, 3], [4, 5], [6]]);
});

Deno.test("nucleus() serves vectors, and models of fixed sizes", async () => {
  const shape = [1, "sequence", 4];
  const bytes = modelOf(
    [{ name: "vectors", type: "float32", shape }],
    (graph, vectors) => graph.op("Add", [vectors!, graph.scalar(1)]),
  );
  await using served = await nucleus(bytes, { device: "cpu", outputSize: 4 });
  const vectors = (...dims: number[]) =>
    new Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b)), dims);
  const answers = await Promise.all([
    served.forward(vectors(1, 2, 4)),
    served.forward(vectors(1, 3, 4)),
  ]);
  assert.deepEqual(answers.map(({ dims }) => dims), [[1, 2, 4], [1, 3, 4]]);
  assert(answers.every(({ data }) => data.every((value) => value === 1)));
  // A model of one row at a time gets the rows one by one.
  assert.deepEqual((await served.forward(vectors(3, 2, 4))).dims, [3, 2, 4]);
  assert.deepEqual(served.statistics(), { requests: 3, runs: 5 });
  await assert.rejects(served.forward(vectors(1, 2, 5)), {
    code: "nucleus/shape",
    message: /vectors must be \[1, sequence, 4\]/,
  });
});

Deno.test("nucleus() says why a model cannot serve", async () => {
  const vectors = (name: string, shape: TensorType["shape"]): Input => ({
    name,
    type: "float32",
    shape,
  });
  const same = (graph: GraphBuilder, value: Value) => graph.op("Identity", [value]);
  const wrong: [Uint8Array, RegExp][] = [
    [
      modelOf([vectors("x", ["n"])], same),
      /its input x float32 \[n\] must be \[batch, sequence, …\]/,
    ],
    [
      modelOf([{ ...TOKENS, shape: ["batch"] }], same),
      /tokens int64 \[batch\] must be \[batch, sequence\]/,
    ],
    [modelOf([TOKENS], same), /its output result int64 \[batch, sequence\] must be float32 or/],
    [
      modelOf([TOKENS], (graph, ids) => graph.op("Cast", [ids], { to: DataType.FLOAT })),
      /its output result float32 \[batch, sequence\] must be .* a vector for each token/,
    ],
    [
      modelOf(
        [TOKENS, vectors("temperature", [1])],
        (graph, ids, temperature) => graph.op("Mul", [asVectors(graph, ids), temperature!]),
      ),
      /nothing is known to put into temperature float32 \[1\]/,
    ],
  ];
  for (const [bytes, message] of wrong) {
    await assert.rejects(nucleus(bytes, CPU), {
      name: "BittensorError",
      code: "model/signature",
      message,
    });
  }
});

Deno.test("nucleus() says which file is missing, broken or no model", async () => {
  await withFolder(async (folder) => {
    const path = (name: string) => join(folder, name);
    await Deno.writeTextFile(path("text.onnx"), "This is no model.");
    await Deno.writeFile(path("short.onnx"), MODEL.toBytes().slice(0, 5000));
    await MODEL.save(path("apart.onnx"), { externalData: true });
    await Deno.remove(path("apart.onnx.data"));
    const wrong: [string, string, RegExp][] = [
      ["missing.onnx", "onnx/file", /missing\.onnx: No such file/],
      [".", "onnx/file", /it is not a file/],
      ["text.onnx", "onnx/load", /Cannot load text\.onnx on cpu: ./],
      ["short.onnx", "onnx/load", /Cannot load short\.onnx on cpu: ./],
      ["apart.onnx", "onnx/load", /Cannot load apart\.onnx on cpu: .*apart\.onnx\.data/s],
    ];
    for (const [name, code, message] of wrong) {
      await assert.rejects(nucleus(path(name), CPU), { name: "BittensorError", code, message });
    }
    await assert.rejects(nucleus(path("text.onnx"), { ...CPU, precision: "float16" }), {
      code: /precision|unavailable/,
    });
  });
});

Deno.test("nucleus() says why a model cannot be fetched", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("gone", { status: 404 }),
  );
  const url = new URL(`http://user:secret@127.0.0.1:${server.addr.port}/model.onnx?token=secret`);
  await assert.rejects(nucleus(url, CPU), (error: Error) => {
    assert.match(
      error.message,
      /^Cannot fetch the model http:.*model\.onnx: the server answered 404$/,
    );
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

Deno.test("forward() holds token ids of a file against the limits that are given", async () => {
  const limits = { vocabSize: 40, maxSequenceLength: 10 };
  await using served = await nucleus(MODEL.toBytes(), { ...CPU, limits });
  await assert.rejects(served.forward(int64([[40]])), { code: "nucleus/vocabulary" });
  await assert.rejects(served.forward(int64([new Array(11).fill(1)])), {
    code: "nucleus/too-long",
  });
  await using unlimited = await nucleus(MODEL.toBytes(), CPU);
  await assert.rejects(unlimited.forward(int64([[40]])), { code: "onnx/run" });
});

Deno.test("forward() refuses an id that the element type of the input does not hold", async () => {
  await using served = await nucleus(withInt32Inputs(), CPU);
  const wrong = [2 ** 32 + 5, -(2 ** 31) - 1, 2 ** 31];
  for (const id of wrong) {
    await assert.rejects(served.forward(int64([[id]])), {
      code: "nucleus/vocabulary",
      message: new RegExp(`token id ${id} is not between -2147483648 and 2147483647`),
    });
  }
  assert.deepEqual((await served.forward(int64([[5]]))).dims, [1, 1, 16]);
});

Deno.test("forward() refuses an id that a second input of ids does not hold", async () => {
  const each = FOREIGN_CASES.find(({ name }) => name === "the ids twice")!;
  await using served = await nucleus(each.bytes(), { ...CPU, ...each.options });
  await assert.rejects(served.forward(int64([[2 ** 32 + 5]])), {
    code: "nucleus/vocabulary",
    message: /is not between -2147483648 and 2147483647/,
  });
});

Deno.test("ModelThread fetches the outputs that are wanted, and no others", async () => {
  const model = new ForeignModel();
  const vectors = model.input("x", DataType.FLOAT, ["batch", 2]);
  model.output("small", vectors, ["batch", 2]);
  model.output("large", model.op("MatMul", [vectors, model.floats([1, 2, 3, 4], [2, 2])]), [
    "b",
    2,
  ]);
  await using thread = new ModelThread();
  const session = await thread.load(model.bytes(), { device: "cpu", threads: 1 });
  const x = new Tensor("float32", new Float32Array(2), [1, 2]);
  assert.deepEqual(Object.keys(await session.run({ x })), ["small", "large"]);
  assert.deepEqual(Object.keys(await session.run({ x }, { outputs: ["large"] })), ["large"]);
});

Deno.test("forward() takes rows one at a time where the file fixes one, and says so in the log", async () => {
  const lines: string[] = [];
  await using _log = await logging({ debug: true, write: (line) => lines.push(line) });
  const each = FOREIGN_CASES.find(({ name }) => name === "one row of 16 tokens, with a mask")!;
  await using served = await nucleus(each.bytes(), { device: "cpu", outputSize: 8 });
  assert.deepEqual((await served.forward(int64([[1, 2], [3, 4], [5, 6]]))).dims, [3, 2, 8]);
  assert.deepEqual(served.statistics(), { requests: 1, runs: 3 });
  assert.match(lines.join("\n"), /it takes one row at a time/);
  assert.match(lines.join("\n"), /it takes 16 tokens: shorter texts are padded and masked/);
});
