/**
 * SCALE types, each described once: how its values are encoded, and what the metadata says of it.
 *
 * The adapter of `@polkadot-api/substrate-bindings`; no other file of the dev chain imports it.
 */

import {
  _void,
  bool as boolCodec,
  Bytes,
  type Codec,
  type CodecType,
  compactBn,
  compactNumber,
  createCodec,
  createDecoder,
  Hex as HexCodec,
  metadata,
  Option,
  ScaleEnum,
  str as strCodec,
  type StringRecord,
  Struct,
  Tuple,
  u128 as u128Codec,
  u16 as u16Codec,
  u32 as u32Codec,
  u64 as u64Codec,
  u8 as u8Codec,
  type v14,
  type v15,
  Vector,
} from "@polkadot-api/substrate-bindings";
import { equalBytes, type Hex } from "./hex.ts";

/** The body of metadata version 14. */
export type MetadataV14 = CodecType<typeof v14>;
/** The body of metadata version 15. */
export type MetadataV15 = CodecType<typeof v15>;
/** What the metadata says a type is made of; other types appear as numbers. */
export type TypeDefinition = MetadataV14["lookup"][number]["def"];
/** One case of an enumeration in the metadata. */
export type VariantDefinition = Extract<TypeDefinition, { tag: "variant" }>["value"][number];

/** The number of a type in the metadata. */
export type TypeNumber = (type: TypeInfo) => number;

/** What the metadata says of a type. */
export interface TypeInfo {
  readonly path: readonly string[];
  readonly parameters: readonly (readonly [name: string, type: TypeInfo | undefined])[];
  define(numberOf: TypeNumber): TypeDefinition;
}

/** A type whose values can be encoded. */
export interface ScaleType<T> extends TypeInfo {
  readonly codec: Codec<unknown>;
  encode(value: T): Uint8Array;
  /** Reads a value that this chain encoded itself; for foreign bytes see {@linkcode decodeExactly}. */
  decode(bytes: Uint8Array): T;
}

/** The values of a type. */
export type ValueOf<Type> = Type extends ScaleType<infer T> ? T : never;

/** Values of a list of types. */
export type ValuesOf<Types extends readonly ScaleType<unknown>[]> = {
  -readonly [Index in keyof Types]: ValueOf<Types[Index]>;
};

/**
 * Reads a value from bytes that anybody may have made: they must be exactly its encoding.
 *
 * @throws {Error} If bytes are missing or left over, or a number is not in its shortest form.
 */
export function decodeExactly<T>(type: ScaleType<T>, bytes: Uint8Array): T {
  const value = type.decode(bytes);
  // The codecs read leniently past the end; encoding again finds every such case.
  if (!equalBytes(type.encode(value), bytes)) throw new RangeError("bytes are not canonical SCALE");
  return value;
}

function scaleType<T>(
  codec: unknown,
  define: TypeInfo["define"],
  path: readonly string[] = [],
): ScaleType<T> {
  // The only cast: how a codec was put together is known here, and not to the library's types.
  const typed = codec as Codec<T>;
  return {
    codec: typed as Codec<unknown>,
    path,
    parameters: [],
    define,
    encode: (value) => typed.enc(value),
    // The codecs read the buffer under a view from its start, hence the copy.
    decode: (bytes) => typed.dec(bytes.slice()),
  };
}

/** Makes a type with an encoding of its own; `decode` takes its parts from the input one by one. */
export function customType<T>(type: {
  readonly path: string;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (next: <Part>(part: ScaleType<Part>) => Part) => T;
  readonly define: TypeInfo["define"];
}): ScaleType<T> {
  const decode = createDecoder((input) =>
    type.decode(<Part>(part: ScaleType<Part>) => part.codec.dec(input) as Part)
  );
  return scaleType(createCodec(type.encode, decode), type.define, type.path.split("::"));
}

type PrimitiveName = Extract<TypeDefinition, { tag: "primitive" }>["value"]["tag"];

function primitive<T>(tag: PrimitiveName, codec: Codec<T>): ScaleType<T> {
  return scaleType(codec, () => ({ tag: "primitive", value: { tag, value: undefined } }));
}

/** How an integer lies in memory. */
interface Layout<T> {
  readonly width: number;
  readonly write: (view: DataView, at: number, value: T) => void;
  readonly read: (view: DataView, at: number) => T;
}

const U32: Layout<number> = {
  width: 4,
  write: (view, at, value) => view.setUint32(at, value, true),
  read: (view, at) => view.getUint32(at, true),
};

const U64: Layout<bigint> = {
  width: 8,
  write: (view, at, value) => view.setBigUint64(at, value, true),
  read: (view, at) => view.getBigUint64(at, true),
};

/** The integers that the state is full of, several times as fast on their own as by the codec. */
function integer<T>(
  tag: PrimitiveName,
  codec: Codec<T>,
  { width, write, read }: Layout<T>,
): ScaleType<T> {
  return {
    ...primitive(tag, codec),
    encode: (value) => {
      const encoding = new Uint8Array(width);
      write(new DataView(encoding.buffer), 0, value);
      return encoding;
    },
    decode: ({ buffer, byteOffset, byteLength }) => {
      return read(new DataView(buffer, byteOffset, byteLength), 0);
    },
  };
}

export const bool = primitive("bool", boolCodec);
export const str = primitive("str", strCodec);
export const u8 = primitive("u8", u8Codec);
export const u16 = primitive("u16", u16Codec);
export const u32 = integer("u32", u32Codec, U32);
export const u64 = integer("u64", u64Codec, U64);
export const u128 = primitive("u128", u128Codec);

/** A field as the metadata lists it. */
export function field(type: number, name?: string) {
  return { name, type, typeName: undefined, docs: [] };
}

/** A list of `u32`, for long ones: written and read in one go. */
export const u32List = integerList(u32, U32);

/** A list of `u64`, for long ones. */
export const u64List = integerList(u64, U64);

function integerList<T>(
  item: ScaleType<T>,
  { width, write, read }: Layout<T>,
): ScaleType<readonly T[]> {
  const encode = (values: readonly T[]) => {
    const prefix = compactNumber.enc(values.length);
    const encoding = new Uint8Array(prefix.length + values.length * width);
    encoding.set(prefix);
    const view = new DataView(encoding.buffer, prefix.length);
    values.forEach((value, index) => write(view, index * width, value));
    return encoding;
  };
  const decode = createDecoder((input) => {
    const length = compactNumber.dec(input);
    const { buffer, byteOffset, byteLength } = Bytes(length * width).dec(input);
    if (byteLength !== length * width) throw new RangeError("the list is cut off");
    const view = new DataView(buffer, byteOffset, byteLength);
    return Array.from({ length }, (_, index) => read(view, index * width));
  });
  return scaleType(createCodec(encode, decode), (of) => ({ tag: "sequence", value: of(item) }));
}

/** A list of any length. */
export function vec<T>(item: ScaleType<T>): ScaleType<readonly T[]> {
  return scaleType(Vector(item.codec), (of) => ({ tag: "sequence", value: of(item) }));
}

/** `Vec<u8>`. */
export const bytes: ScaleType<Uint8Array> = scaleType(
  Bytes(),
  (of) => ({ tag: "sequence", value: of(u8) }),
);

/** `[u8; length]`, as hexadecimal text. */
export function fixedBytes(length: number): ScaleType<Hex> {
  return scaleType(HexCodec(length), (of) => ({
    tag: "array",
    value: { len: length, type: of(u8) },
  }));
}

/** Types one after the other. */
export function tuple<const Types extends readonly ScaleType<unknown>[]>(
  ...types: Types
): ScaleType<ValuesOf<Types>> {
  return scaleType(
    Tuple(...types.map((type) => type.codec)),
    (of) => ({ tag: "tuple", value: types.map(of) }),
  );
}

/** The empty tuple. */
export const unit: ScaleType<undefined> = scaleType(_void, () => ({ tag: "tuple", value: [] }));

/** A value that may be missing. */
export function option<T>(inner: ScaleType<T>): ScaleType<T | undefined> {
  return {
    ...scaleType<T | undefined>(Option(inner.codec), (of) => ({
      tag: "variant",
      value: [
        { name: "None", fields: [], index: 0, docs: [] },
        { name: "Some", fields: [field(of(inner))], index: 1, docs: [] },
      ],
    }), ["Option"]),
    parameters: [["T", inner]],
  };
}

/** An integer in as few bytes as it needs. */
export function compact<T extends number | bigint>(inner: ScaleType<T>): ScaleType<T> {
  const codec = createCodec<T>(
    (value) => compactBn.enc(BigInt(value)),
    createDecoder((input) => fitted(inner, compactBn.dec(input))),
  );
  return scaleType(codec, (of) => ({ tag: "compact", value: of(inner) }));
}

/** A compact integer as a value of `type`. @throws {RangeError} If it is too large for it. */
function fitted<T extends number | bigint>(type: ScaleType<T>, integer: bigint): T {
  const wide = new Uint8Array(16);
  if (integer >= 1n << 128n) throw new RangeError("compact integer is too large");
  wide.set(u128.encode(integer));
  const value = type.decode(wide);
  if (BigInt(value) !== integer) throw new RangeError("compact integer is too large");
  return value;
}

/** `Compact<()>`, which has no bytes. */
export const compactUnit: ScaleType<undefined> = scaleType(
  _void,
  (of) => ({ tag: "compact", value: of(unit) }),
);

function codecsOf(types: Readonly<Record<string, ScaleType<unknown>>>) {
  const codecs = Object.entries(types).map(([name, type]) => [name, type.codec]);
  // The library's type for a record also forbids keys that are no text, which TypeScript cannot see.
  return Object.fromEntries(codecs) as StringRecord<Codec<unknown>>;
}

/** Named fields one after the other. */
export function struct<const Fields extends Readonly<Record<string, ScaleType<unknown>>>>(
  path: string,
  fields: Fields,
): ScaleType<{ readonly [Name in keyof Fields]: ValueOf<Fields[Name]> }> {
  const entries = Object.entries(fields);
  return scaleType(
    Struct(codecsOf(fields)),
    (of) => ({
      tag: "composite",
      value: entries.map(([name, type]) => field(of(type), name)),
    }),
    path.split("::"),
  );
}

/** A type of its own name around another, with the same bytes. */
export function wrapper<T>(path: string, inner: ScaleType<T>): ScaleType<T> {
  return scaleType(
    inner.codec,
    (of) => ({ tag: "composite", value: [field(of(inner))] }),
    path.split("::"),
  );
}

/** One of several cases, numbered in order; each holds one value or, with `unit`, none. */
export function variant<const Cases extends Readonly<Record<string, ScaleType<unknown>>>>(
  path: string,
  cases: Cases,
): ScaleType<
  { [Tag in keyof Cases]: { readonly tag: Tag; readonly value: ValueOf<Cases[Tag]> } }[keyof Cases]
> {
  const entries = Object.entries(cases);
  return scaleType(
    ScaleEnum(codecsOf(cases)),
    (of) => ({
      tag: "variant",
      value: entries.map(([name, type], index) => ({
        name,
        fields: type === unit ? [] : [field(of(type))],
        index,
        docs: [],
      })),
    }),
    path.split("::"),
  );
}

/** An enumeration that the metadata describes but that is encoded case by case. */
export function enumeration(
  path: string,
  cases: (numberOf: TypeNumber) => VariantDefinition[],
): TypeInfo {
  return {
    path: path.split("::"),
    parameters: [],
    define: (numberOf) => ({ tag: "variant", value: cases(numberOf) }),
  };
}

/** Values of a type that the chain handles only as the bytes of their encoding. */
export function encoded({ define, path, parameters }: TypeInfo): ScaleType<Uint8Array> {
  return { ...scaleType<Uint8Array>(Bytes(Infinity), define, path), parameters };
}

/** All bytes that are left: only as the last field. */
export const rest: ScaleType<Uint8Array> = encoded(bytes);

/** Encodes metadata with its magic number and version byte. */
export function encodeMetadata(
  body: { tag: "v14"; value: MetadataV14 } | { tag: "v15"; value: MetadataV15 },
): Uint8Array {
  return metadata.enc({ magicNumber: 0x6174656d, metadata: body });
}
