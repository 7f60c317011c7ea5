import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { externalFiles } from "../../lib/onnx/external_data.ts";
import { fetchModel } from "../../lib/onnx/fetch_model.ts";
import { describeFile, formatSize } from "../../lib/onnx/model_file.ts";
import { type ModelSource, openModel } from "../../lib/onnx/model_source.ts";
import { createSession } from "../../lib/onnx/runtime.ts";
import {
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
} from "../../proto/gen/onnx_pb.ts";
import { GraphBuilder } from "../../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A model that adds four weights to four numbers. */
const MODEL = (() => {
  const graph = new GraphBuilder();
  const x = graph.input("x", "float32", [4]);
  const write = (bytes: Uint8Array) => bytes.fill(0);
  graph.output("y", graph.op("Add", [x, graph.weight("w", [4], write)]));
  return modelBytes(graph.build("test"));
})();

/** The model with its weights at another place, or changed in another way. */
function changed(
  change: (weights: TensorProto, model: ModelProto) => void,
): Uint8Array<ArrayBuffer> {
  const model = fromBinary(ModelProtoSchema, MODEL);
  change(model.graph!.initializer[0]!, model);
  return toBinary(ModelProtoSchema, model);
}

function moveTo(weights: TensorProto, location: string): void {
  const entry = (key: string, value: string) =>
    create(StringStringEntryProtoSchema, { key, value });
  weights.rawData = new Uint8Array();
  weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
  weights.externalData = [entry("length", "16"), entry("location", location)];
}

const withWeightsAt = (location: string) => changed((weights) => moveTo(weights, location));

const open = (source: ModelSource, signal?: AbortSignal) =>
  openModel(source, { outputSize: 4, precision: "float32", limits: {}, signal });

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a test with the address of a server. */
async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  test: (origin: string) => Promise<void>,
): Promise<void> {
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => refused() };
  const refused = () => new Response(null, { status: 500 });
  await using server = Deno.serve(options, answer);
  await test(`http://127.0.0.1:${server.addr.port}`);
}

/** Runs a test with the address of a server that writes the same to each connection, and closes it. */
async function withRawServer(
  text: string,
  test: (origin: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(utf8(text));
      connection.close();
    }
  })();
  try {
    await test(`http://127.0.0.1:${listener.addr.port}`);
  } finally {
    listener.close();
    await serving;
  }
}

const HTML = "<!DOCTYPE html>\n<html><title>Log in</title></html>";
const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 438012345\n";

/** A safetensors file: the length of its header, the header, the elements. */
const SAFETENSORS = latin1(`\x02\0\0\0\0\0\0\0{}\0\0\0\0`);

const KINDS: readonly [content: Uint8Array, what: RegExp][] = [
  [new Uint8Array(), /^it is empty$/],
  [
    utf8(POINTER),
    /^it is a Git LFS pointer: the model itself, of 438 MB, was not fetched; run `git lfs pull`$/,
  ],
  [utf8("version https://git-lfs.github.com/spec/v1\n"), /pointer: the model itself was not/],
  [utf8(HTML), /^it is an HTML page, such as a server shows/],
  [utf8(`\ufeff \r\n\t${HTML}`), /HTML page/],
  [utf8("<!-- saved -->\n<HTML lang=en>"), /HTML page/],
  [latin1("\xff\xfe<\0h\0t\0m\0l\0>\0"), /HTML page/],
  [latin1("\xfe\xff\0<\0h\0t\0m\0l\0>"), /HTML page/],
  [utf8("<Error><Code>NoSuchKey</Code></Error>"), /XML document/],
  [utf8('<?xml version="1.0"?><Error/>'), /XML document/],
  [utf8('{"error":"Repository not found"}'), /^it is JSON, such as/],
  [utf8("[ 1, 2 ]"), /JSON/],
  [latin1("\x1f\x8b\x08\0\0"), /gzip/],
  [latin1("PK\x03\x04\x14\0\0\0"), /^it is a zip archive$/],
  [latin1("PK\x03\x04\0\0\0\0bert/data.pklFB"), /^it is a checkpoint of PyTorch$/],
  [latin1(`model.onnx${"\0".repeat(247)}ustar\x0000`), /tar archive/],
  [latin1("\x80\x02}q\0."), /pickle/],
  [latin1("\x80\x04\x95\0\0"), /pickle/],
  [SAFETENSORS, /safetensors/],
  [latin1("GGUF\x03\0\0\0"), /GGUF/],
  [latin1("\x89HDF\r\n\x1a\n"), /HDF5/],
  [latin1("\x1c\0\0\0TFL3\x14\0"), /TensorFlow Lite/],
  [latin1("\x89PNG\r\n\x1a\n"), /PNG image/],
  [latin1("\xff\xd8\xff\xe0"), /JPEG image/],
];

Deno.test("describeFile() says what a file is that is no model", () => {
  for (const [content, what] of KINDS) {
    assert.match(describeFile(content, content.length) ?? "", what);
  }
});

Deno.test("describeFile() leaves to the runtime what may be a model", () => {
  const external = withWeightsAt("weights.bin");
  for (const model of [MODEL, external, new Uint8Array(100).fill(7), utf8("This is no model.")]) {
    assert.equal(describeFile(model.subarray(0, 1024), model.length), undefined);
  }
  // The producer of an ONNX file may have any name.
  for (const producerName of ["TFL3", "ORTM", "{", "<html>"]) {
    const model = changed((_, model) => void (model.producerName = producerName));
    assert.equal(describeFile(model, model.length), undefined, producerName);
  }
  assert.equal(describeFile(latin1("\x1c\0\0\0ORTM\0\0"), 5000), undefined);
});

Deno.test("describeFile() takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), (bytes, more) => {
    const what = describeFile(bytes, bytes.length + more);
    assert(what === undefined || what.startsWith("it is "));
  }));
});

Deno.test("formatSize() tells sizes to people", () => {
  const texts = [0, 999, 1500, 438_012_345, 2 ** 31].map(formatSize);
  assert.deepEqual(texts, ["0 bytes", "999 bytes", "1.5 kB", "438 MB", "2.1 GB"]);
});

Deno.test("openModel() says what a file, an answer or bytes are that are no model", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    for (const [content, what] of KINDS) {
      const refused = (name: string) => (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, "onnx/load");
        assert.equal(error.message.slice(0, 13 + name.length), `Cannot load ${name}:`);
        assert.match(error.message.slice(14 + name.length), what);
        assert.match(error.hint!, /bytes of an ONNX file/);
        return true;
      };
      await Deno.writeFile(path, content);
      await assert.rejects(open(path), refused("model.onnx"));
      await assert.rejects(open(content), refused("a model"));
      await withServer(() => new Response(content.slice()), async (origin) => {
        await assert.rejects(open(`${origin}/a/model.onnx`), refused("model.onnx"));
        await assert.rejects(open(new URL(origin)), refused(new URL(origin).host));
      });
    }
  });
});

Deno.test("openModel() takes the ORT format by the name that the runtime asks for", async () => {
  await withFolder(async (folder) => {
    const content = latin1(`\x1c\0\0\0ORTM${"\0".repeat(56)}`);
    for (const name of ["model.ort", "MODEL.ORT", "model.onnx"]) {
      await Deno.writeFile(join(folder, name), content);
    }
    assert.equal((await open(join(folder, "model.ort"))).name, "model.ort");
    assert.equal((await open(join(folder, "MODEL.ORT"))).name, "MODEL.ORT");
    assert.deepEqual((await open(content)).content, content);
    await assert.rejects(open(join(folder, "model.onnx")), {
      code: "onnx/load",
      message: "Cannot load model.onnx: it is in the ORT format",
      hint: /ends in \.ort/,
    });
  });
});

Deno.test("openModel() takes a text for a URL if it starts as one", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "my model.onnx");
    await Deno.writeFile(path, MODEL);
    const { href } = pathToFileURL(path);
    for (const source of [href, href.replace("file", "FILE"), new URL(href)]) {
      assert.deepEqual(await open(source).then(({ content }) => content), path);
    }
    const answer = () => new Response(MODEL.slice());
    await withServer(answer, async (origin) => {
      for (const source of [origin, origin.replace("http", "HTTP"), `${origin}/model.onnx?a=b#c`]) {
        assert.deepEqual((await open(source)).content, MODEL);
      }
      assert.equal((await open(`${origin}/a/b.onnx?c=/d`)).name, "b.onnx");
    });
  });
});

Deno.test("openModel() takes other texts for paths", async () => {
  const paths = [
    "model:v1.onnx",
    "C:\\x\\model.onnx",
    "c:/model.onnx",
    "http:model",
    "data:v1.onnx",
  ];
  for (const path of ["no such file", ...paths]) {
    await assert.rejects(open(path), {
      code: "onnx/file",
      message: new RegExp(`^Cannot read the model ${path.replaceAll("\\", "\\\\")}: No such file`),
    });
  }
  await assert.rejects(open(""), { code: "onnx/file", message: /^Cannot read the model : / });
  await withFolder(async (folder) => {
    const path = join(folder, "model:v1.onnx");
    await Deno.writeFile(path, MODEL);
    assert.equal((await open(path)).content, path);
  });
});

Deno.test("openModel() refuses other schemes, and URLs that are none, without telling secrets", async () => {
  const wrong: [string, RegExp][] = [
    [
      "ftp://user:secret@host/model.onnx",
      /^Cannot open a model at an address with ftp:, only with file:, http: or https:$/,
    ],
    ["hf://owner/secret", /with hf:, only/],
    ["S3://bucket/secret", /with s3:, only/],
    ["data:application/octet-stream;base64,secret", /with data:, only/],
    ["blob:null/secret", /with blob:, only/],
    ["https://user:secret@host:99999/model.onnx", /its https: address is not valid/],
    ["http://", /its http: address is not valid/],
    ["file://host/model.onnx?secret", /Cannot open a model at file:\/\/host\/model.onnx: /],
  ];
  for (const [text, message] of wrong) {
    const url = URL.parse(text);
    for (const source of url ? [text, url] : [text]) {
      await assert.rejects(open(source), (error: Error & { code?: string }) => {
        assert.equal(error.code, "onnx/file");
        assert.match(error.message, message);
        assert.doesNotMatch(Deno.inspect(error), /secret(?!s)/);
        return true;
      });
    }
  }
});

Deno.test("openModel() says what else a source is that is no model", async () => {
  for (
    const [source, what] of [[undefined, "undefined"], [7, "7"], [MODEL.buffer, "an ArrayBuffer"]]
  ) {
    const call = Reflect.apply(open, undefined, [source]);
    await assert.rejects(call, { name: "TypeError", message: new RegExp(`, not ${what}$`) });
  }
});

Deno.test("openModel() names the models in a folder", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(open(folder), {
      code: "onnx/file",
      message: /not a file$/,
      hint: undefined,
    });
    for (const name of ["b.onnx", "a.ONNX", "c.ort", "readme.md"]) {
      await Deno.writeFile(join(folder, name), MODEL);
    }
    await assert.rejects(open(folder), {
      code: "onnx/file",
      hint: "give the path of a model in it: a.ONNX, b.onnx, c.ort",
    });
    for (const name of ["d.onnx", "e.onnx", "f.onnx"]) {
      await Deno.create(join(folder, name)).then(close);
    }
    await assert.rejects(open(folder), { hint: /a\.ONNX, b\.onnx, c\.ort, d\.onnx, e\.onnx, …$/ });
  });
});

const close = (file: Deno.FsFile) => file.close();

Deno.test("openModel() refuses a file that is too large for the format", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "large.onnx");
    await Deno.writeFile(path, MODEL);
    await Deno.truncate(path, 2 ** 31); // takes no room on the disk
    await assert.rejects(open(path), {
      code: "onnx/too-large",
      message: "Cannot load large.onnx: it has 2.1 GB, which an ONNX file cannot hold",
    });
  });
});

Deno.test("openModel() refuses bytes whose weights are in other files", async () => {
  const model = withWeightsAt("weights.bin");
  const message = "Cannot load a model: its weights are in other files, such as weights.bin";
  await assert.rejects(open(model), { code: "onnx/load", message, hint: /the path of the model/ });
  await withServer(() => new Response(model.slice()), async (origin) => {
    await assert.rejects(open(`${origin}/model.onnx`), {
      code: "onnx/load",
      message: /Cannot load model\.onnx: its weights are in other files, such as weights\.bin$/,
    });
  });
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    await Deno.writeFile(path, model);
    assert.equal((await open(path)).content, path); // the runtime looks beside it
  });
});

Deno.test("createSession() reads no weights outside of the folder of a model", async () => {
  await withFolder(async (folder) => {
    const inner = join(folder, "inner");
    await Deno.mkdir(inner);
    const weights = join(folder, "weights.bin");
    await Deno.writeFile(weights, new Uint8Array(16));
    await Deno.symlink(weights, join(inner, "link.bin"));
    await Deno.copyFile(weights, join(inner, "own.bin"));
    const path = join(inner, "model.onnx");
    const options = { device: "cpu", threads: 1, optimization: "disabled" } as const;
    await Deno.writeFile(path, withWeightsAt("own.bin"));
    await (await createSession(path, options)).release();
    for (const location of ["../weights.bin", "a/../../weights.bin", weights, "link.bin"]) {
      await Deno.writeFile(path, withWeightsAt(location));
      await assert.rejects(createSession(path, options), {
        code: "onnx/load",
        message: /escapes model directory|Absolute path not allowed/,
      });
    }
  });
});

Deno.test("externalFiles() names the first files with weights of a model, wherever they are", () => {
  assert.equal(externalFiles(MODEL), undefined);
  assert.deepEqual(externalFiles(withWeightsAt("a/b.bin")), ["a/b.bin"]);
  assert.deepEqual(externalFiles(withWeightsAt("a\x1b[31m\n\x9b")), ["a?[31m??"]);
  assert.deepEqual(externalFiles(withWeightsAt("a".repeat(500))), ["a".repeat(120)]);
  const unnamed = changed((weights) => {
    weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
  });
  assert.deepEqual(externalFiles(unnamed), []);
  const unused = changed((weights) => {
    moveTo(weights, "a");
    weights.dataLocation = TensorProto_DataLocation.DEFAULT;
  });
  assert.equal(externalFiles(unused), undefined);
  const many = changed((weights, model) => {
    model.graph!.initializer = ["a", "b", "a", "c", "d"].map((location) => {
      const tensor = { ...weights };
      moveTo(tensor, location);
      return tensor;
    });
  });
  assert.deepEqual(externalFiles(many), ["a", "b", "c"]);
});

/** A message of one field, in another message and so on. */
const nested = (fields: readonly number[], content: Uint8Array) =>
  fields.reduceRight(
    (inner, field) => new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(inner).finish(),
    content,
  );

/** `data_location` as the runtime may read it. */
const external = (...values: number[]) =>
  values.reduce((writer, value) => writer.tag(14, WireType.Varint).int32(value), new BinaryWriter())
    .finish();

Deno.test("externalFiles() finds tensors in all places of a model", () => {
  const places = {
    initializer: [7, 5],
    "sparse values": [7, 15, 1],
    "sparse indices": [7, 15, 2],
    "attribute": [7, 1, 5, 5],
    "list attribute": [7, 1, 5, 10],
    "sparse attribute": [7, 1, 5, 22, 1],
    "branch of If": [7, 1, 5, 6, 5],
    "branches in branches": [7, 1, 5, 11, 1, 5, 6, 1, 5, 6, 5],
    function: [25, 7, 5, 5],
    training: [20, 1, 5],
  };
  for (const [place, fields] of Object.entries(places)) {
    assert.deepEqual(externalFiles(nested(fields, external(1))), [], place);
    assert.equal(externalFiles(nested(fields, external(0))), undefined, place);
  }
});

Deno.test("externalFiles() is not led astray by what the runtime skips", () => {
  const tensor = (content: Uint8Array) => nested([7, 5], content);
  // A value that is not known does not replace one that is.
  assert.deepEqual(externalFiles(tensor(external(1, 7))), []);
  // More than 32 bits: the rest is dropped.
  assert.deepEqual(externalFiles(tensor(latin1("\x70\x81\x80\x80\x80\x10"))), []);
  // A group of old, in which a field of that number is no graph.
  const group = latin1("\xa3\x06\x3a\x01\xff\xa4\x06");
  const model = new Uint8Array([...group, ...tensor(external(1))]);
  assert.deepEqual(externalFiles(model), []);
  // A field of another kind than the model has under its number.
  assert.deepEqual(externalFiles(new Uint8Array([0x38, 0x05, ...tensor(external(1))])), []);
});

Deno.test("externalFiles() takes damaged bytes", () => {
  const model = withWeightsAt("weights.bin");
  fc.assert(
    fc.property(fc.nat(model.length - 1), fc.nat(255), fc.nat(model.length), (place, byte, end) => {
      const damaged = model.with(place, byte).subarray(0, end);
      const files = externalFiles(damaged) ?? [];
      assert(files.every((name) => name.length <= 120));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      externalFiles(bytes);
    }),
    { numRuns: 1000 },
  );
  assert.equal(
    externalFiles(nested(new Array(5000).fill([1, 5, 6]).flat(), external(1))),
    undefined,
  );
  assert.equal(externalFiles(new Uint8Array(100_000).fill(0x3b)), undefined); // groups in groups
});

Deno.test("fetchModel() reads no more than allowed", async () => {
  const chunk = new Uint8Array(1000);
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(chunk.slice()),
      }),
    );
  await withServer(endless, async (origin) => {
    await assert.rejects(fetchModel(new URL(`${origin}/model.onnx?a=secret`), { maxBytes: 5500 }), {
      code: "onnx/too-large",
      message:
        `Cannot fetch the model ${origin}/model.onnx: it has more than 5.5 kB, which an ONNX file cannot hold`,
    });
  });
  await withServer(() => new Response(chunk.slice()), async (origin) => {
    const url = new URL(origin);
    await assert.rejects(fetchModel(url, { maxBytes: 999 }), { code: "onnx/too-large" });
    assert.deepEqual(await fetchModel(url, { maxBytes: 1000 }), chunk);
  });
});

Deno.test("openModel() does not begin to read an answer that is announced as too large", async () => {
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc";
  await withRawServer(answer, async (origin) => {
    await assert.rejects(open(`${origin}/model.onnx`), {
      code: "onnx/too-large",
      message: /: it has more than 2\.1 GB, which an ONNX file cannot hold$/,
    });
  });
});

Deno.test("openModel() says how a download failed, without telling secrets", async () => {
  const answers: [string, RegExp][] = [
    ["HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\nabc", /it broke off after 3 of 5000 bytes: ./],
    [
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc",
      /it broke off after \d bytes/,
    ],
    ["HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", /the server answered 403/],
    ["SSH-2.0-x\r\n", /invalid HTTP version/],
    ["", /connection closed/],
    ["HTTP/1.1 302 Found\r\nlocation: ftp://x/?a=secret\r\ncontent-length: 0\r\n\r\n", /redirect/],
    ["HTTP/1.1 302 Found\r\nlocation: /b?a=secret\r\ncontent-length: 0\r\n\r\n", /redirect/],
  ];
  for (const [answer, message] of answers) {
    await withRawServer(answer, async (origin) => {
      const address = `${origin.replace("//", "//user:secret@")}/model.onnx?token=secret#secret`;
      await assert.rejects(open(address), (error: Error & { code?: string }) => {
        assert.equal(error.code, "onnx/file");
        assert(error.message.startsWith(`Cannot fetch the model ${origin}/model.onnx: `));
        assert.match(error.message, message);
        assert.doesNotMatch(Deno.inspect(error), /secret(?!s)/);
        return true;
      });
    });
  }
});

Deno.test("openModel() ends a download by its signal", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const answer = () =>
    new Response(
      new ReadableStream({
        start: (body) => body.enqueue(new Uint8Array(10)),
        pull: () => controller.abort(reason),
      }),
    );
  await withServer(answer, async (origin) => {
    await assert.rejects(open(`${origin}/model.onnx`, controller.signal), reason);
    await assert.rejects(open(`${origin}/model.onnx`, AbortSignal.abort(reason)), reason);
  });
});
