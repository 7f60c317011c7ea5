/** What a file is that is no ONNX model, told by how it begins; and what a model leaves outside. */

import { WireType } from "@bufbuild/protobuf/wire";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProtoSchema,
} from "../../proto/gen/onnx_pb.ts";

/** Bytes at the beginning that are enough to tell. */
export const HEAD_BYTES = 512;

/** What a file is instead of a model. */
export interface StrangeFile {
  /** A sentence that goes on from "it is". */
  readonly what: string;
  /** What to do about it. */
  readonly hint: string;
}

const CONVERT = "export it to ONNX first: torch.onnx.export, or a tool such as Optimum";

/** Files that begin with these bytes, at this place. */
const SIGNATURES: readonly {
  readonly bytes: readonly number[] | string;
  readonly at?: number;
  readonly what: string;
  readonly hint?: string;
}[] = [
  { bytes: [0x1f, 0x8b], what: "compressed by gzip", hint: "unpack it first" },
  {
    bytes: "PK\x03\x04",
    what: "a zip archive, as PyTorch saves its weights in",
    hint: `unpack it, or ${CONVERT}`,
  },
  { bytes: [0x80, 2], what: "a Python pickle", hint: CONVERT },
  { bytes: [0x80, 3], what: "a Python pickle", hint: CONVERT },
  { bytes: [0x80, 4], what: "a Python pickle", hint: CONVERT },
  { bytes: "GGUF", what: "a model in the format GGUF", hint: CONVERT },
  {
    bytes: "\x89HDF",
    what: "a file in the format HDF5, as Keras saves its weights in",
    hint: CONVERT,
  },
  { bytes: "TFL3", at: 4, what: "a TensorFlow Lite model", hint: CONVERT },
  { bytes: "{", at: 8, what: "a file of weights in the format safetensors", hint: CONVERT },
  { bytes: "\x89PNG", what: "a PNG image" },
  { bytes: [0xff, 0xd8, 0xff], what: "a JPEG image" },
  { bytes: "%PDF", what: "a PDF document" },
  { bytes: "ustar", at: 257, what: "a tar archive", hint: "unpack it first" },
];

/** What a file is, if it is known not to be a model. */
export function strangeFile(head: Uint8Array, size: number): StrangeFile | undefined {
  if (size === 0) return { what: "an empty file", hint: "the download or the export broke off" };
  const text = new TextDecoder().decode(head.subarray(0, HEAD_BYTES)).trimStart();
  const pointer = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\s[^]*?\bsize (\d+)/.exec(text);
  if (pointer) {
    return {
      what: `a Git LFS pointer to a model of ${
        megabytes(Number(pointer[1]))
      }, which was not fetched`,
      hint: "run `git lfs pull` where it was cloned, or download the file itself",
    };
  }
  if (/^<(!doctype|html|head|body|\?xml|!--)/i.test(text)) {
    return {
      what: `a page of ${/^<\?xml/i.test(text) ? "XML" : "HTML"}`,
      hint: "the address is that of a page about the model, or asks for a login: look at the file",
    };
  }
  // Only what is printable throughout: a model may begin with the same byte.
  if (/^[{[]\s*["{[\]}]/.test(text) && !/[^\P{Cc}\s]|\ufffd/u.test(text)) {
    return { what: "JSON", hint: "a server may have answered with an error: look at the file" };
  }
  const found = SIGNATURES.find(({ bytes, at = 0 }) =>
    codesOf(bytes).every((code, index) => head[at + index] === code)
  );
  return found && { what: found.what, hint: found.hint ?? "name the model itself" };
}

function codesOf(bytes: readonly number[] | string): readonly number[] {
  return typeof bytes === "string" ? Array.from(bytes, (letter) => letter.charCodeAt(0)) : bytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * The files that a model names for its weights, each once.
 *
 * Goes over the fields of the message and past their content, so that its time is that of their number;
 * a whole decoding would copy the weights. Bytes that are no such message name none.
 */
export function externalFiles(model: Uint8Array): readonly string[] {
  const names = new Set<string>();
  const { field: { graph } } = ModelProtoSchema;
  const { field: { initializer } } = GraphProtoSchema;
  const { field: { dataLocation, externalData } } = TensorProtoSchema;
  for (const graphField of fieldsOf(model, graph.number)) {
    for (const tensor of fieldsOf(graphField.content, initializer.number)) {
      const isOutside = [...fieldsOf(tensor.content, dataLocation.number)]
        .some(({ value }) => value === DataLocation.EXTERNAL);
      if (!isOutside) continue;
      for (const entry of fieldsOf(tensor.content, externalData.number)) {
        const [key, value] = [1, 2].map((number) => textOf(entry.content, number));
        if (key === "location" && value !== undefined) names.add(value);
      }
    }
  }
  return [...names];
}

/** A field of a message: what a field of bytes holds, or a number. */
interface Field {
  readonly content: Uint8Array;
  readonly value: number;
}

function textOf(message: Uint8Array, number: number): string | undefined {
  const [field] = fieldsOf(message, number);
  return field && new TextDecoder().decode(field.content);
}

const NOTHING = new Uint8Array(0);

/** The fields of this number; ends where the bytes are no message. */
function* fieldsOf(bytes: Uint8Array, wanted: number): Generator<Field> {
  let place = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 1; place < bytes.length; shift *= 128) {
      const byte = bytes[place++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      if (shift > 2 ** 56) return undefined;
    }
    return undefined;
  };
  while (place < bytes.length) {
    const tag = varint();
    if (tag === undefined) return;
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    let field: Field = { content: NOTHING, value: 0 };
    if (type === WireType.Varint) {
      const value = varint();
      if (value === undefined) return;
      field = { content: NOTHING, value };
    } else if (type === WireType.LengthDelimited) {
      const length = varint();
      if (length === undefined || place + length > bytes.length) return;
      field = { content: bytes.subarray(place, place += length), value: 0 };
    } else if (type === WireType.Bit64) place += 8;
    else if (type === WireType.Bit32) place += 4;
    else return;
    if (number === wanted) yield field;
  }
}
