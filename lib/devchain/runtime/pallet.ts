/** Pallets: storage, calls, events, errors and constants, described for metadata and dispatch. */

import { concatBytes } from "../scale/hex.ts";
import {
  decodeExactly,
  field,
  type ScaleType,
  struct,
  type TypeNumber,
  u8,
  type ValueOf,
  type ValuesOf,
  type VariantDefinition,
} from "../scale/scale_type.ts";
import type { State } from "../state/overlay.ts";
import type { AccountId, DispatchError } from "./primitives.ts";
import type { StorageItem } from "./storage.ts";

/** What a call runs in. What it wrote before it failed stays written, as in spec 100. */
export interface CallContext {
  readonly state: State;
  readonly blockNumber: number;
  /** Who signed the extrinsic; nobody for the inherent that the block's author adds. */
  readonly signer: AccountId | undefined;
  /** Adds an event, made by {@linkcode palletEvents}. */
  deposit(event: Uint8Array): void;
}

/** The case of an enumeration of calls, events or errors. */
export type CaseOf = (numberOf: TypeNumber) => VariantDefinition;

/** A call that has its arguments. */
export type BoundCall = (context: CallContext) => void;

/** A call of a pallet. */
export interface Call {
  readonly index: number;
  readonly weight: bigint;
  /** `Mandatory` is for the author of a block alone. */
  readonly class: "Normal" | "Mandatory";
  readonly paysFee: boolean;
  /** Binds the encoded arguments. @throws {Error} If they are not exactly its arguments. */
  bind(args: Uint8Array): BoundCall;
  describe(name: string): CaseOf;
}

/** A constant of a pallet. */
export interface Constant {
  readonly name: string;
  readonly docs: string;
  readonly type: ScaleType<unknown>;
  readonly value: Uint8Array;
}

/** One pallet, as metadata and dispatch see it. */
export interface Pallet {
  readonly name: string;
  /** The Rust crate, which names its types. */
  readonly crate: string;
  readonly index: number;
  readonly storage?: { readonly prefix: string; readonly items: readonly StorageItem[] };
  readonly calls?: Readonly<Record<string, Call>>;
  readonly events?: readonly CaseOf[];
  readonly errors?: readonly CaseOf[];
  readonly constants?: readonly Constant[];
}

/** A call failed: the extrinsic stays in the block and its signer paid. */
export class DispatchFailure extends Error {
  override readonly name = "DispatchFailure";
  readonly reason: DispatchError;

  constructor(reason: DispatchError) {
    super(`dispatch failed: ${reason.tag}`);
    this.reason = reason;
  }
}

/** The account that signed. @throws {DispatchFailure} `BadOrigin` if nobody did. */
export function ensureSigned({ signer }: CallContext): AccountId {
  if (signer === undefined) throw new DispatchFailure({ tag: "BadOrigin", value: undefined });
  return signer;
}

type Arguments = Readonly<Record<string, ScaleType<unknown>>>;
type ArgumentsOf<Args extends Arguments> = { readonly [Name in keyof Args]: ValueOf<Args[Name]> };

/** A call whose arguments are known. */
export interface TypedCall<Args extends Arguments> extends Call {
  /** Reads the encoded arguments. @throws {Error} If they are not exactly its arguments. */
  decode(args: Uint8Array): ArgumentsOf<Args>;
}

/** Describes a call. */
export function palletCall<const Args extends Arguments>(
  { index, docs, args, dispatch, ...rest }: {
    readonly index: number;
    readonly docs: string;
    readonly args: Args;
    readonly weight: bigint;
    readonly class?: Call["class"];
    readonly paysFee: boolean;
    readonly dispatch: (context: CallContext, args: ArgumentsOf<Args>) => void;
  },
): TypedCall<Args> {
  const type = struct("", args);
  const decode = (bytes: Uint8Array) => decodeExactly(type, bytes);
  return {
    class: "Normal",
    ...rest,
    index,
    decode,
    bind: (bytes) => {
      const values = decode(bytes);
      return (context) => dispatch(context, values);
    },
    describe: (name) => (numberOf) => ({
      name,
      fields: Object.entries(args).map(([arg, argType]) => field(numberOf(argType), arg)),
      index,
      docs: [docs],
    }),
  };
}

type EventFields = readonly ScaleType<unknown>[];
type EventDescriptions = Readonly<
  Record<string, { readonly fields: EventFields; readonly docs: string }>
>;

/** The events of a pallet, numbered in order: their cases, and functions that make them. */
export function palletEvents<const Events extends EventDescriptions>(
  palletIndex: number,
  events: Events,
): {
  readonly cases: readonly CaseOf[];
  readonly make: {
    readonly [Name in keyof Events]: (...values: ValuesOf<Events[Name]["fields"]>) => Uint8Array;
  };
} {
  const entries = Object.entries(events);
  const makers = entries.map(([name, { fields }], index) => {
    const make = (...values: readonly unknown[]) =>
      concatBytes(
        u8.encode(palletIndex),
        u8.encode(index),
        ...fields.map((type, position) => type.encode(values[position])),
      );
    return [name, make] as const;
  });
  return {
    cases: entries.map(([name, { fields, docs }], index) => (numberOf) => ({
      name,
      fields: fields.map((type) => field(numberOf(type))),
      index,
      docs: [docs],
    })),
    // Object.fromEntries forgets which name has which fields; the mapped type above restores it.
    make: Object.fromEntries(makers) as never,
  };
}

/** The errors of a pallet, numbered in order: their cases, and a function that makes them. */
export function palletErrors<const Errors extends Readonly<Record<string, string>>>(
  palletIndex: number,
  errors: Errors,
): { readonly cases: readonly CaseOf[]; make(name: keyof Errors & string): DispatchFailure } {
  const names = Object.keys(errors);
  return {
    cases: names.map((name, index) => () => ({
      name,
      fields: [],
      index,
      docs: [errors[name] ?? ""],
    })),
    make: (name) =>
      new DispatchFailure({
        tag: "Module",
        value: { index: palletIndex, error: names.indexOf(name) },
      }),
  };
}

/** Describes a constant. */
export function palletConstant<T>(
  name: string,
  type: ScaleType<T>,
  value: T,
  docs: string,
): Constant {
  return { name, docs, type, value: type.encode(value) };
}
