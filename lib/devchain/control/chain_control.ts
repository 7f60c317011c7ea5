import { BittensorError } from "../../base/errors.ts";
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
import { totalStake } from "../runtime/subtensor/storage.ts";
import { accountOf, isOfBlock } from "../runtime/system.ts";
import type { Hex } from "../scale/hex.ts";
import { type ChainState, exportState, readState } from "./chain_state.ts";
import { checkedSealMode } from "./seal_mode.ts";

/** Blocks that can be mined by one call. */
const MAX_MINED = 1_000_000;

/** What its operator can do with a development chain, and nobody with a real one. */
export class ChainControl {
  readonly #node: DevNode;

  constructor(node: DevNode) {
    this.#node = node;
  }

  /** When blocks are sealed. */
  get seal(): SealMode {
    return this.#node.sealMode;
  }

  set seal(mode: SealMode) {
    this.#node.sealMode = checkedSealMode(mode);
  }

  /**
   * Seals blocks, whatever the seal mode is; extrinsics that wait go into the first of them.
   *
   * @throws {RangeError} If it is not a whole number from 1 to 1,000,000.
   */
  async mine(count = 1): Promise<void> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_MINED) {
      throw new RangeError(`Cannot mine ${count} blocks: it is a whole number up to ${MAX_MINED}`);
    }
    await this.#node.mine(count);
  }

  /**
   * Stops the clock of the blocks at a time, in milliseconds since 1970; `undefined` lets it run.
   *
   * The next block has this time if it is late enough: each block comes 3 seconds after the one
   * before at least. So a stopped clock makes every block exactly 3 seconds later.
   *
   * @throws {RangeError} If it is negative or not a whole number.
   */
  setTime(time: number | undefined): void {
    if (time !== undefined && !(Number.isSafeInteger(time) && time >= 0)) {
      throw new RangeError(`Cannot set the time to ${time}: it is whole milliseconds since 1970`);
    }
    this.#node.stoppedClock = time;
  }

  /**
   * Gives an account a free balance, in a block of its own. With 0 the account is removed.
   *
   * @param account An address, or the path of a development account such as `//Alice`.
   * @throws {BittensorError} `devchain/invalid-balance` if the account or the balance is none.
   */
  setBalance(account: string, balance: Amount): void {
    const call = new Field({ account, balance }, invalidBalance);
    const who = accountReader()(call.at("account").text(), call.at("account"));
    const amount = readAmount(call.at("balance"));
    if (amount > 0n && amount < EXISTENTIAL_DEPOSIT) {
      call.at("balance").fail(`0 rao, or at least ${EXISTENTIAL_DEPOSIT} rao`);
    }
    const state = this.#node.stateAt(this.#node.best.header.number);
    const issued = totalBalances(state) + totalStake.get(state);
    if (issued - accountOf(state, who).data.free + amount > MAX_ISSUANCE) {
      call.at("balance").fail(`no more than ${MAX_ISSUANCE} rao in all`);
    }
    this.#node.intervene((context) => setBalance(context, who, amount));
  }

  /** Remembers this moment: the hash of the last block, for {@linkcode revert}. */
  snapshot(): Hex {
    return this.#node.best.hash;
  }

  /**
   * Goes back to a block, as if those after it had never been, final ones included. What waits for
   * a block is dropped; the clock goes on.
   *
   * @param snapshot The hash of any block whose state is kept.
   * @throws {BittensorError} `devchain/unknown-snapshot` if there is no such block.
   */
  revert(snapshot: Hex): void {
    const { store } = this.#node;
    const number = store.numberOf(snapshot);
    if (number === undefined || number < store.oldestState) {
      throw new BittensorError(
        "devchain/unknown-snapshot",
        `Cannot revert to ${snapshot}: the chain has no block of that hash, or not its state`,
        { hint: "revert to the hash that a snapshot gave; older states go with keepBlocks" },
      );
    }
    if (number < store.latest) this.#node.revertTo(number);
  }

  /** The whole state after the last block, as a document. */
  exportState(): ChainState {
    return exportState(this.#node.store);
  }

  /**
   * Replaces the whole state, in a block of its own.
   *
   * @throws {BittensorError} `devchain/invalid-state` if {@linkcode exportState} did not make it.
   */
  importState(state: ChainState): void {
    const entries = readState(state);
    this.#node.intervene(({ state }) => {
      state.removeAll((key) => !isOfBlock(key));
      for (const [key, value] of entries) state.set(key, value);
    });
  }
}

const invalidBalance: DocumentError = (path, why, options) =>
  new BittensorError("devchain/invalid-balance", `Cannot set a balance: ${path} ${why}`, options);
