import type { DatabaseSync, StatementSync } from "node:sqlite";
import { fromHex, type Hex, toHex } from "../scale/hex.ts";
import { bytes, vec } from "../scale/scale_type.ts";
import type { Block } from "./chain_store.ts";
import { blob, integer } from "./row.ts";

const extrinsicsType = vec(bytes);

/** The blocks of a chain, in its database. */
export class BlockTable {
  readonly #insert: StatementSync;
  readonly #byNumber: StatementSync;
  readonly #byHash: StatementSync;
  readonly #last: StatementSync;
  readonly #deleteAfter: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("insert into blocks values (?, ?, ?, ?, ?, ?)");
    this.#byNumber = database.prepare("select * from blocks where number = ?");
    this.#byHash = database.prepare("select number from blocks where hash = ?");
    this.#last = database.prepare("select ifnull(max(number), -1) as number from blocks");
    this.#deleteAfter = database.prepare("delete from blocks where number > ?");
  }

  /** Number of the last block; -1 if there is none. */
  last(): number {
    const row = this.#last.get();
    return row === undefined ? -1 : integer(row, "number");
  }

  insert({ hash, header, extrinsics }: Block): void {
    this.#insert.run(
      header.number,
      fromHex(hash),
      fromHex(header.parentHash),
      fromHex(header.stateRoot),
      fromHex(header.extrinsicsRoot),
      extrinsicsType.encode(extrinsics),
    );
  }

  find(number: number): Block | undefined {
    const row = this.#byNumber.get(number);
    return row && {
      hash: toHex(blob(row, "hash")),
      header: {
        parentHash: toHex(blob(row, "parent_hash")),
        number,
        stateRoot: toHex(blob(row, "state_root")),
        extrinsicsRoot: toHex(blob(row, "extrinsics_root")),
      },
      extrinsics: extrinsicsType.decode(blob(row, "extrinsics")),
    };
  }

  numberOf(hash: Hex): number | undefined {
    const row = this.#byHash.get(fromHex(hash));
    return row && integer(row, "number");
  }

  /** Deletes all blocks after `number`. */
  deleteAfter(number: number): void {
    this.#deleteAfter.run(number);
  }
}
