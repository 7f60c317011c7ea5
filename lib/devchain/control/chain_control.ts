import { BittensorError } from "../../base/errors.ts";
import { type Rao, rao } from "../../domain/balance.ts";
import { accountReader } from "../genesis/account.ts";
import { type Amount, readAmount } from "../genesis/amount.ts";
import { type DocumentError, Field } from "../genesis/field.ts";
import type { DevNode } from "../node/dev_node.ts";
import type { SealMode } from "../node/seal_timer.ts";
import {
  EXISTENTIAL_DEPOSIT,
  MAX_ISSUANCE,
  setBalance,
  totalBalances,
} from "../runtime/balances.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { totalStake } from "../runtime/subtensor/storage.ts";
import { accountOf, isOfBlock } from "../runtime/system.ts";
import type { Hex } from "../scale/hex.ts";
import { type ChainState, exportState, readState } from "./chain_state.ts";
import { checkedSealMode } from "./seal_mode.ts";

/** What its operator can do with a development chain, and nobody with a real one. */
export interface ChainControl {
  /** Changes when blocks are sealed. @throws {RangeError} If an interval is out of range. */
  setSeal(mode: SealMode): void;

  /**
   * Seals blocks, whatever the seal mode is; extrinsics that wait go into the first of them.
   *
   * @param count A whole number from 1 to 1,000,000. @default 1
   * @throws {RangeError} If it is anything else.
   */
  mine(count?: number): Promise<void>;

  /**
   * Stops the clock of the blocks at a time, in milliseconds since 1970; `undefined` lets it run.
   *
   * The next block has this time if it is late enough: each block comes 3 seconds after the one
   * before at least. So a stopped clock makes every block exactly 3 seconds later.
   *
   * @throws {RangeError} If it is negative or not a whole number.
   */
  setTime(time: number | undefined): void;

  /**
   * The free balance of an account.
   *
   * @param account An address, or the path of a development account such as `//Alice`.
   * @throws {BittensorError} `devchain/invalid-balance` if it is no account.
   */
  balanceOf(account: string): Rao;

  /**
   * Gives an account a free balance, in a block of its own. With 0 the account is removed.
   *
   * @param account An address, or the path of a development account such as `//Alice`.
   * @throws {BittensorError} `devchain/invalid-balance` if the account or the balance is none.
   */
  setBalance(account: string, balance: Amount): void;

  /** Remembers this moment: the hash of the last block, for {@linkcode ChainControl.revert}. */
  snapshot(): Hex;

  /**
   * Goes back to a block, as if those after it had never been, final ones included. What waits for
   * a block is dropped; the clock goes on.
   *
   * @param snapshot The hash of any block whose state is kept.
   * @throws {BittensorError} `devchain/unknown-snapshot` if there is no such block.
   */
  revert(snapshot: Hex): void;

  /** The whole state after the last block, as a document. */
  exportState(): ChainState;

  /**
   * Replaces the whole state, in a block of its own.
   *
   * @param state What {@linkcode ChainControl.exportState} made, of this chain or another.
   * @throws {BittensorError} `devchain/invalid-state` if it is anything else.
   */
  importState(state: ChainState): void;
}

/** Blocks that can be mined by one call. */
const MAX_MINED = 1_000_000;

/** The control of a node. */
export function chainControl(node: DevNode): ChainControl {
  return {
    setSeal: (mode) => {
      node.sealMode = checkedSealMode(mode);
    },
    mine: async (count = 1) => {
      if (!Number.isInteger(count) || count < 1 || count > MAX_MINED) {
        throw new RangeError(`Cannot mine ${count} blocks: it is a whole number to ${MAX_MINED}`);
      }
      await node.mine(count);
    },
    setTime: (time) => {
      if (time !== undefined && !(Number.isSafeInteger(time) && time >= 0)) {
        throw new RangeError(`Cannot set the time to ${time}: it is whole milliseconds since 1970`);
      }
      node.stoppedClock = time;
    },
    balanceOf: (account) => {
      const who = readAccount(new Field({ account }, invalidBalance).at("account"));
      return rao(accountOf(bestState(node), who).data.free);
    },
    setBalance: (account, balance) => {
      const call = new Field({ account, balance }, invalidBalance);
      const who = readAccount(call.at("account"));
      const amount = readBalance(call.at("balance"), node, who);
      node.intervene((context) => setBalance(context, who, amount));
    },
    snapshot: () => node.best.hash,
    revert: (snapshot) => {
      const number = keptNumberOf(node, snapshot);
      if (number < node.best.header.number) node.revertTo(number);
    },
    exportState: () => exportState(node.store),
    importState: (document) => {
      const entries = readState(document);
      node.intervene(({ state }) => {
        state.removeAll((key) => !isOfBlock(key));
        for (const [key, value] of entries) state.set(key, value);
      });
    },
  };
}

const invalidBalance: DocumentError = (path, why, options) =>
  new BittensorError(
    "devchain/invalid-balance",
    `Cannot find or set a balance: ${path} ${why}`,
    options,
  );

function bestState(node: DevNode) {
  return node.stateAt(node.best.header.number);
}

function readAccount(field: Field): AccountId {
  return accountReader()(field.text(), field);
}

/** A balance that an account may have: either nothing or enough to exist, and not too much. */
function readBalance(field: Field, node: DevNode, who: AccountId): bigint {
  const amount = readAmount(field);
  if (amount > 0n && amount < EXISTENTIAL_DEPOSIT) {
    field.fail(`0 rao, or at least ${EXISTENTIAL_DEPOSIT} rao`);
  }
  const state = bestState(node);
  const others = totalBalances(state) + totalStake.get(state) - accountOf(state, who).data.free;
  if (others + amount > MAX_ISSUANCE) field.fail(`no more than ${MAX_ISSUANCE} rao in all`);
  return amount;
}

/** The number of a block that the chain can go back to. */
function keptNumberOf({ store }: DevNode, snapshot: Hex): number {
  const number = store.numberOf(snapshot);
  if (number !== undefined && number >= store.oldestState) return number;
  throw new BittensorError(
    "devchain/unknown-snapshot",
    `Cannot revert to ${snapshot}: the chain has no block of that hash, or not its state`,
    { hint: "revert to the hash that a snapshot gave; older states go with keepBlocks" },
  );
}
