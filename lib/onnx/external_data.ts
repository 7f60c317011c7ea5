/** Finds out whether the weights of a model are in other files, without decoding the model. */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** The messages of `onnx.proto` on the way to tensors. */
type Message =
  | "model"
  | "training"
  | "graph"
  | "node"
  | "attribute"
  | "function"
  | "sparse"
  | "tensor";

/**
 * The fields that hold messages, by their numbers: all on the way to a tensor, in whatever place of a
 * model it is. The rest is skipped, the elements of the tensors above all.
 */
const INNER: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: "graph", 20: "training", 25: "function" },
  training: { 1: "graph", 2: "graph" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  function: { 7: "node", 11: "attribute" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: {},
};

/** `TensorProto.external_data`, where a tensor's elements are, and `data_location`, which counts. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const EXTERNAL = 1;

/** Deeper messages are refused by the runtime. */
const MAX_DEPTH = 100;
/** How many names are told, and the longest of them. */
const MAX_NAMES = 3;
const MAX_NAME_LENGTH = 120;

/** What is known of a model so far. */
interface Scan {
  readonly model: Uint8Array;
  readonly reader: BinaryReader;
  readonly names: Set<string>;
  isExternal: boolean;
}

/**
 * The names of the first few files that hold a model's weights beside it, which a model given by its
 * bytes cannot have. Takes time for each node and each tensor, whatever their size.
 *
 * @returns Nothing if all is in the bytes; or if they are damaged, so that no runtime takes them.
 */
export function externalFiles(model: Uint8Array): readonly string[] | undefined {
  const reader = new BinaryReader(model);
  const scan: Scan = { model, reader, names: new Set(), isExternal: false };
  try {
    visit(scan, "model", model.length, 0);
  } catch {
    return undefined; // The runtime says what is damaged.
  }
  return scan.isExternal ? [...scan.names] : undefined;
}

function visit(scan: Scan, message: Message, end: number, depth: number): void {
  const { reader } = scan;
  if (depth > MAX_DEPTH) throw new RangeError("too deep");
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    const inner = INNER[message][field];
    if (inner && isInner(wireType)) {
      visit(scan, inner, innerEnd(reader, end), depth + 1);
    } else if (message === "tensor" && field === DATA_LOCATION && wireType === WireType.Varint) {
      // Whatever a second value says: the runtime ignores one that it does not know.
      if (reader.int32() === EXTERNAL) scan.isExternal = true;
    } else if (message === "tensor" && field === EXTERNAL_DATA && isInner(wireType)) {
      const name = locationIn(scan, innerEnd(reader, end));
      if (name !== undefined && scan.names.size < MAX_NAMES) scan.names.add(name);
    } else {
      reader.skip(wireType, field);
    }
  }
  if (reader.pos !== end) throw new RangeError("a field reaches out of its message");
}

/** Whether a field is a message or a text; one of another kind under its number is skipped. */
function isInner(wireType: WireType): boolean {
  return wireType === WireType.LengthDelimited;
}

function innerEnd(reader: BinaryReader, end: number): number {
  const length = reader.uint32();
  if (reader.pos + length <= end) return reader.pos + length;
  throw new RangeError("a message reaches out of another");
}

/** The value of a `StringStringEntryProto` whose key is `location`, fit to be shown. */
function locationIn({ model, reader }: Scan, end: number): string | undefined {
  const texts = ["", "", ""]; // by the numbers of the fields
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if ((field === 1 || field === 2) && isInner(wireType)) {
      const textEnd = innerEnd(reader, end);
      const shown = Math.min(textEnd, reader.pos + MAX_NAME_LENGTH);
      texts[field] = new TextDecoder().decode(model.subarray(reader.pos, shown));
      reader.pos = textEnd;
    } else {
      reader.skip(wireType, field);
    }
  }
  const [, key, value = ""] = texts;
  // deno-lint-ignore no-control-regex -- a stranger's name may not write to the terminal
  return key === "location" ? value.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "?") : undefined;
}
