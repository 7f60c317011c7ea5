import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { externalFiles, strangeFile } from "../../lib/onnx/model_file.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { nucleus } from "../../lib/onnx/nucleus.ts";
import { FOREIGN_CASES } from "./foreign_models.ts";
import { withFolder } from "./small_models.ts";

const MODEL = bert({ hiddenSize: 16, layers: 1, numAttentionHeads: 2, intermediateSize: 32 });
const CPU = { device: "cpu", outputSize: 16 } as const;
const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const POINTER = "version https://git-lfs.github.com/spec/v1\n" +
  "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 438011432\n";

const STRANGE: readonly (readonly [name: string, content: Uint8Array, what: RegExp])[] = [
  ["empty", new Uint8Array(0), /it is an empty file$/],
  [
    "pointer",
    bytes(POINTER),
    /it is a Git LFS pointer to a model of 438 MB, which was not fetched$/,
  ],
  ["page", bytes("\n <!DOCTYPE html>\n<html><head>"), /it is a page of HTML$/],
  ["page with a mark", new TextEncoder().encode("\ufeff<html lang=en>"), /it is a page of HTML$/],
  ["xml", bytes('<?xml version="1.0"?><Error><Code>AccessDenied</Code>'), /it is a page of XML$/],
  ["json", bytes('{"error":"Repository not found"}'), /it is JSON$/],
  ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), /it is compressed by gzip$/],
  ["zip", bytes("PK\x03\x04\x14\0"), /it is a zip archive/],
  ["pickle", Uint8Array.of(0x80, 2, 0x8a, 10), /it is a Python pickle$/],
  ["gguf", bytes("GGUF\x03\0\0\0"), /GGUF$/],
  ["safetensors", bytes('\x20\0\0\0\0\0\0\0{"__metadata__":{}}'), /safetensors$/],
  ["hdf5", bytes("\x89HDF\r\n\x1a\n"), /HDF5/],
  ["tflite", bytes("\x1c\0\0\0TFL3"), /TensorFlow Lite/],
  ["png", bytes("\x89PNG\r\n"), /a PNG image$/],
];

Deno.test("nucleus() says what a file is that is no model, by path, by URL and as bytes", async (t) => {
  await withFolder(async (folder) => {
    let content = new Uint8Array(0);
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response(content.slice()),
    );
    for (const [name, strange, what] of STRANGE) {
      await t.step(name, async () => {
        content = strange.slice();
        const path = join(folder, "model.onnx");
        await Deno.writeFile(path, content);
        const url = `http://127.0.0.1:${server.addr.port}/model.onnx`;
        for (const source of [path, url, content]) {
          await assert.rejects(nucleus(source, CPU), (error: Error) => {
            assert.match(error.message, what);
            assert(error instanceof BittensorError && error.hint);
            assert.equal(error.code, "onnx/load");
            return true;
          });
        }
      });
    }
  });
});

Deno.test("nucleus() takes a text that is a URL as one, and a path with a colon as a path", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "model:v1.onnx");
    await MODEL.save(path, { outputSize: 16 });
    const file = await Deno.readFile(path);
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response(file.slice()),
    );
    const address = `HTTP://127.0.0.1:${server.addr.port}/a/model.onnx?token=secret`;
    for (const source of [path, pathToFileURL(path).href, address]) {
      await using served = await nucleus(source, CPU);
      assert.equal(served.name, source === address ? "model.onnx" : "model:v1.onnx");
    }
    for (const source of ["s3://bucket/model.onnx", new URL("ftp://host/model.onnx")]) {
      await assert.rejects(nucleus(source, CPU), {
        code: "onnx/file",
        message: /only file, http and https are known$/,
      });
    }
    await assert.rejects(nucleus(folder, CPU), { code: "onnx/file", hint: /model:v1\.onnx/ });
  });
});

Deno.test("nucleus() refuses a download that is too large, that breaks off, or that is stopped", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response() },
    ({ url }) => {
      const headers = { "content-length": `${3 * 2 ** 30}` };
      if (url.endsWith("large")) return new Response(endless(), { headers });
      if (url.endsWith("broken")) return new Response(endless(3));
      return new Response(endless());
    },
  );
  const address = (name: string) => `http://127.0.0.1:${server.addr.port}/${name}`;
  await assert.rejects(nucleus(address("large"), CPU), {
    code: "onnx/too-large",
    message: /large: it exceeds 2 GiB$/,
  });
  await assert.rejects(nucleus(address("broken"), CPU), { code: "onnx/file" });
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const loading = nucleus(address("slow"), { ...CPU, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(loading, (error) => error === reason);
});

/** A body that goes on for ever, slowly, or breaks off after some parts. */
function endless(parts = Infinity): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  let timer: ReturnType<typeof setTimeout>;
  return new ReadableStream({
    async pull(controller) {
      if (sent++ >= parts) return controller.error(new Error("broken off"));
      await new Promise((resolve) => timer = setTimeout(resolve, 5));
      controller.enqueue(new Uint8Array(10).fill(8));
    },
    cancel: () => clearTimeout(timer),
  });
}

Deno.test("nucleus() says which file of a model is missing that came as bytes", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    await MODEL.save(path, { externalData: true });
    const file = await Deno.readFile(path);
    assert.deepEqual(externalFiles(file), ["model.onnx.data"]);
    await assert.rejects(nucleus(file, CPU), {
      code: "onnx/load",
      message: "Cannot load a model: its weights are in another file, model.onnx.data, " +
        "and not in its bytes",
    });
  });
});

Deno.test("no model is taken for something else", () => {
  for (const { bytes } of FOREIGN_CASES) {
    const file = bytes();
    assert.equal(strangeFile(file.subarray(0, 512), file.length), undefined);
    assert.deepEqual(externalFiles(file), []);
  }
  assert.deepEqual(externalFiles(MODEL.toBytes()), []);
});

Deno.test("externalFiles() and strangeFile() never throw, whatever the bytes are", () => {
  const model = FOREIGN_CASES[0]!.bytes();
  const damaged = fc
    .array(fc.record({ at: fc.nat(model.length - 1), value: fc.nat(255) }), { maxLength: 8 })
    .map((changes) => {
      const copy = model.slice();
      for (const { at, value } of changes) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (content) => {
      externalFiles(content);
      strangeFile(content, content.length);
    }),
    { numRuns: 300 },
  );
});
