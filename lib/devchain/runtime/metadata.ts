/** Metadata: the runtime as clients see it, in the versions 14 and 15. */

import { toHex } from "../scale/hex.ts";
import {
  encodeMetadata,
  type MetadataV14,
  type MetadataV15,
  type TypeInfo,
  type TypeNumber,
  unit,
} from "../scale/scale_type.ts";
import { SIGNED_EXTENSIONS, signedExtra, uncheckedExtrinsic } from "./extrinsic_type.ts";
import type { Pallet } from "./pallet.ts";
import { innerEnumeration, PALLETS, runtimeCall, runtimeError, runtimeEvent } from "./pallets.ts";
import { multiAddress, multiSignature } from "./primitives.ts";
import { RUNTIME_APIS } from "./runtime_apis.ts";
import type { StorageItem } from "./storage.ts";

type PalletMetadata = MetadataV15["pallets"][number];
type StorageMetadata = NonNullable<PalletMetadata["storage"]>["items"][number];

const EXTRINSIC_VERSION = 4;

/** What a missing value reads as: nothing, or the default. */
const MODIFIERS = { Optional: 0, Default: 1 } as const;

/** Encoded metadata, by version. */
export type RuntimeMetadata = Readonly<Record<14 | 15, Uint8Array>>;

/** Describes this runtime; clients of today prefer version 15. */
export function encodeRuntimeMetadata(): RuntimeMetadata {
  return {
    14: encodeMetadata({ tag: "v14", value: describeV14() }),
    15: encodeMetadata({ tag: "v15", value: describeV15() }),
  };
}

function describeV14(): MetadataV14 {
  const { lookup, numberOf } = createLookup();
  return {
    pallets: PALLETS.map((pallet) => ({ ...describePallet(pallet, numberOf), docs: [] })),
    extrinsic: {
      type: numberOf(uncheckedExtrinsic),
      version: EXTRINSIC_VERSION,
      signedExtensions: describeExtensions(numberOf),
    },
    type: numberOf(unit),
    apis: [],
    lookup,
  };
}

function describeV15(): MetadataV15 {
  const { lookup, numberOf } = createLookup();
  return {
    pallets: PALLETS.map((pallet) => describePallet(pallet, numberOf)),
    extrinsic: {
      version: EXTRINSIC_VERSION,
      address: numberOf(multiAddress),
      call: numberOf(runtimeCall),
      signature: numberOf(multiSignature),
      extra: numberOf(signedExtra),
      signedExtensions: describeExtensions(numberOf),
    },
    type: numberOf(unit),
    apis: RUNTIME_APIS.map(({ name, docs, methods }) => ({
      name,
      docs: [docs],
      methods: methods.map((method) => method.describe(numberOf)),
    })),
    outerEnums: {
      call: numberOf(runtimeCall),
      event: numberOf(runtimeEvent),
      error: numberOf(runtimeError),
    },
    custom: [],
    lookup,
  };
}

/** Numbers types as they are first met; the list is complete once everything was described. */
function createLookup(): { lookup: MetadataV14["lookup"]; numberOf: TypeNumber } {
  const lookup: MetadataV14["lookup"] = [];
  const numbers = new Map<TypeInfo, number>();
  const numberOf = (type: TypeInfo): number => {
    const known = numbers.get(type);
    if (known !== undefined) return known;
    const id = numbers.size;
    numbers.set(type, id);
    // The place is taken before the parts are numbered, which come later in the list.
    lookup[id] = {
      id,
      path: [...type.path],
      params: [],
      def: { tag: "tuple", value: [] },
      docs: [],
    };
    lookup[id].params = type.parameters.map(([name, parameter]) => ({
      name,
      type: parameter && numberOf(parameter),
    }));
    lookup[id].def = type.define(numberOf);
    return id;
  };
  return { lookup, numberOf };
}

function describePallet(pallet: Pallet, numberOf: TypeNumber): PalletMetadata {
  const { name, index, storage, constants = [] } = pallet;
  const numberOfInner = (inner: "Call" | "Event" | "Error") => {
    const type = innerEnumeration(pallet, inner);
    return type && numberOf(type);
  };
  return {
    name,
    index,
    storage: storage && {
      prefix: storage.prefix,
      items: storage.items.map((item) => describeStorage(item, numberOf)),
    },
    calls: numberOfInner("Call"),
    events: numberOfInner("Event"),
    errors: numberOfInner("Error"),
    constants: constants.map(({ name, type, value, docs }) => ({
      name,
      type: numberOf(type),
      value: toHex(value),
      docs: [docs],
    })),
    docs: [],
  };
}

function describeStorage(item: StorageItem, numberOf: TypeNumber): StorageMetadata {
  const value = numberOf(item.value);
  return {
    name: item.name,
    modifier: MODIFIERS[item.modifier],
    type: item.map === undefined ? { tag: "plain", value } : {
      tag: "map",
      value: {
        hashers: [{ tag: item.map.hasher, value: undefined }],
        key: numberOf(item.map.key),
        value,
      },
    },
    fallback: toHex(item.fallback),
    docs: [item.docs],
  };
}

function describeExtensions(numberOf: TypeNumber) {
  return SIGNED_EXTENSIONS.map(({ name, type, additional }) => ({
    identifier: name,
    type: numberOf(type),
    additionalSigned: numberOf(additional),
  }));
}
