/** The whole state of a chain as a document: to keep it, and to go on from it elsewhere. */

import { BittensorError } from "../../base/errors.ts";
import { type DocumentError, Field } from "../genesis/field.ts";
import { isOfBlock } from "../runtime/system.ts";
import { fromHex, type Hex, toHex } from "../scale/hex.ts";
import type { ChainStore } from "../state/chain_store.ts";
import { EMPTY_ROOT, nextStateRoot } from "../state/state_root.ts";

const FORMAT = "bittensor dev chain state";
const VERSION = 1;

/**
 * Everything that a chain stores but its history: accounts, neurons, parameters, time.
 *
 * What belongs to a block, such as its number and its events, is not part of it. So the same calls
 * lead to the same state also where they are spread over blocks of other hashes.
 */
export interface ChainState {
  readonly format: string;
  readonly version: number;
  /** A hash of `storage`: equal states have equal roots, on every machine. */
  readonly root: Hex;
  /** Values by storage key, both as hexadecimal text, in the order of the keys. */
  readonly storage: Readonly<Record<Hex, Hex>>;
}

/** A state, as keys and values. */
export type StateEntries = ReadonlyMap<Hex, Uint8Array>;

/** The state after the last block. */
export function exportState(store: ChainStore): ChainState {
  const number = store.latest;
  const keys = store.keys({ prefix: "0x", limit: Number.MAX_SAFE_INTEGER - 1 }, number)
    .filter((key) => !isOfBlock(key));
  const entries = new Map(keys.map((key) => [key, store.read(key, number)!]));
  const storage: Record<Hex, Hex> = {};
  for (const [key, value] of entries) storage[key] = toHex(value);
  return { format: FORMAT, version: VERSION, root: rootOf(entries), storage };
}

/** Whether a document says that it is a state. */
export function isChainState(document: object): document is ChainState {
  return "format" in document;
}

/**
 * Reads a state that {@linkcode exportState} made.
 *
 * @throws {BittensorError} `devchain/invalid-state` if it is anything else, or was changed.
 */
export function readState(document: ChainState): StateEntries {
  const { format, version, root, storage } = new Field(document, invalidState)
    .object(["format", "version", "root", "storage"]);
  if (format.value !== FORMAT) format.fail(`"${FORMAT}"`);
  if (version.value !== VERSION) version.fail(`version ${VERSION}`);
  const entries = new Map(
    storage.entries().map((
      [key, value],
    ) => [asHex(key, value), fromHex(asHex(value.text(), value))]),
  );
  if (root.value !== rootOf(entries)) {
    root.fail("the hash of what is in storage", "the state was changed after it was exported");
  }
  return entries;
}

const invalidState: DocumentError = (path, why, options) =>
  new BittensorError(
    "devchain/invalid-state",
    `Cannot read the state: ${path === "" ? "it" : path} ${why}`,
    options,
  );

function asHex(text: string, field: Field): Hex {
  if (/^0x(?:[0-9a-f]{2})*$/.test(text)) return text as Hex;
  return field.fail("keys and values in hexadecimal, in lower case");
}

function rootOf(entries: StateEntries): Hex {
  return nextStateRoot(EMPTY_ROOT, entries, () => undefined);
}
