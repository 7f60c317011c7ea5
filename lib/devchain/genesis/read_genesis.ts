/** From a genesis document to what its block holds, with every field checked. */

import { BittensorError } from "../../base/errors.ts";
import { RAO_PER_TAO } from "../../domain/balance.ts";
import { type ChainIp, parseIp } from "../../domain/ip.ts";
import { EXISTENTIAL_DEPOSIT, MAX_ISSUANCE } from "../runtime/balances.ts";
import type { GenesisContent, InitialNeuron } from "../runtime/genesis.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { SPEC_100_PARAMETERS } from "../runtime/subtensor/parameters.ts";
import { FULL_WEIGHT, normalizeWeights } from "../runtime/subtensor/weights.ts";
import { accountReader } from "./account.ts";
import { readAmount } from "./amount.ts";
import { namedAccountPaths } from "./dev_path.ts";
import { type DocumentError, Field, isWholeNumber } from "./field.ts";
import type { Genesis } from "./genesis.ts";

const MAX_U32 = 2 ** 32 - 1;
const MAX_BLOCK_REWARD = 1000n * RAO_PER_TAO;
const NO_IP: ChainIp = { value: 0n, type: 4 };

/**
 * Reads a genesis document.
 *
 * @throws {BittensorError} `devchain/invalid-genesis`, with the way to the field at fault.
 */
export function readGenesis(genesis: Genesis): GenesisContent {
  return new GenesisReader().read(new Field(genesis, invalidGenesis));
}

const invalidGenesis: DocumentError = (path, why, options) =>
  new BittensorError(
    "devchain/invalid-genesis",
    `Cannot read the genesis: ${path === "" ? "it" : path} ${why}`,
    options,
  );

/** Balances where the genesis names none. */
export function defaultBalances(): Readonly<Record<string, string>> {
  return Object.fromEntries(namedAccountPaths().map((path) => [path, "1000 tao"]));
}

/** Reads one document. */
class GenesisReader {
  readonly #readAccount = accountReader();
  #issued = 0n;

  read(document: Field): GenesisContent {
    const { balances, neurons, parameters } = document.object([
      "balances",
      "neurons",
      "parameters",
    ]);
    return {
      balances: this.#balances(balances.or(defaultBalances())),
      neurons: this.#neurons(neurons.or([]).list()),
      ...this.#parameters(parameters.or({})),
    };
  }

  #balances(field: Field): ReadonlyMap<AccountId, bigint> {
    const balances = new Map<AccountId, bigint>();
    for (const [name, balance] of field.entries()) {
      const account = this.#readAccount(name, balance);
      if (balances.has(account)) balance.fail("no second balance of the same account");
      const amount = this.#issue(balance);
      if (amount < EXISTENTIAL_DEPOSIT) balance.fail(`at least ${EXISTENTIAL_DEPOSIT} rao`);
      balances.set(account, amount);
    }
    return balances;
  }

  #neurons(fields: readonly Field[]): readonly InitialNeuron[] {
    const hotkeys = new Set<AccountId>();
    return fields.map((field, uid) => {
      const neuron = this.#neuron(field, uid, fields.length);
      if (hotkeys.has(neuron.hotkey)) field.at("hotkey").fail("a hotkey that no other neuron has");
      hotkeys.add(neuron.hotkey);
      return neuron;
    });
  }

  #neuron(field: Field, uid: number, count: number): InitialNeuron {
    const neuron = field.object([
      "hotkey",
      "coldkey",
      "stake",
      "pendingEmission",
      "lastEmit",
      "weights",
      "ip",
      "port",
    ]);
    return {
      hotkey: this.#readAccount(neuron.hotkey.text(), neuron.hotkey),
      coldkey: this.#readAccount(neuron.coldkey.text(), neuron.coldkey),
      stake: this.#issue(neuron.stake.or(0n)),
      pendingEmission: this.#issue(neuron.pendingEmission.or(0n)),
      lastEmit: neuron.lastEmit.or(0).wholeNumber(0, MAX_U32),
      ip: neuron.ip.isMissing ? NO_IP : readIp(neuron.ip),
      port: neuron.port.or(0).wholeNumber(0, 65_535),
      ...readWeights(neuron.weights.or([[uid, 1]]), count),
    };
  }

  #parameters(field: Field): Pick<GenesisContent, "parameters" | "transactionFeePool"> {
    const { blockReward, halvingInterval, subscriptionsPerBlock, transactionFeePool } = field
      .object(["blockReward", "halvingInterval", "subscriptionsPerBlock", "transactionFeePool"]);
    const usual = SPEC_100_PARAMETERS;
    const reward = readAmount(blockReward.or(usual.blockReward));
    if (reward > MAX_BLOCK_REWARD) blockReward.fail("at most 1000 tao");
    return {
      parameters: {
        blockReward: reward,
        halvingInterval: halvingInterval.or(usual.halvingInterval).wholeNumber(1, MAX_U32),
        subscriptionsPerBlock: subscriptionsPerBlock.or(usual.subscriptionsPerBlock)
          .wholeNumber(0, MAX_U32),
      },
      transactionFeePool: this.#issue(transactionFeePool.or(0n)),
    };
  }

  /** An amount that comes into being. */
  #issue(field: Field): bigint {
    const amount = readAmount(field);
    this.#issued += amount;
    if (this.#issued > MAX_ISSUANCE) field.fail(`no more than ${MAX_ISSUANCE} rao in all`);
    return amount;
  }
}

function readIp(field: Field): ChainIp {
  const text = field.text();
  try {
    return parseIp(text);
  } catch (error) {
    if (!(error instanceof BittensorError)) throw error;
    return field.fail("an IP address", error.hint);
  }
}

/** There may be a million of them, so fields are only made for those at fault. */
function readWeights(
  field: Field,
  count: number,
): Pick<InitialNeuron, "weightUids" | "weightVals"> {
  const { value } = field;
  if (!Array.isArray(value)) return field.fail("a list of pairs, of a uid and its weight each");
  const uids = new Set<number>();
  const weights = value.map((pair: unknown, index): number => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      return field.at(index).fail("a pair of a uid and its weight");
    }
    const [uid, weight] = pair;
    if (!isWholeNumber(uid, 0, count - 1)) {
      return field.at(index).at(0).fail(`the uid of a neuron, from 0 to ${count - 1}`);
    }
    if (uids.has(uid)) return field.at(index).at(0).fail("a uid that is not yet in the list");
    uids.add(uid);
    if (isWholeNumber(weight, 0, FULL_WEIGHT)) return weight;
    return field.at(index).at(1).fail(
      `a whole number from 0 to ${FULL_WEIGHT}`,
      "only the proportion of weights counts: for 1/4 and 3/4 write 1 and 3",
    );
  });
  return { weightUids: [...uids], weightVals: normalizeWeights(weights) };
}
