import type { Block, ChainStore, StateChanges } from "../state/chain_store.ts";
import { Overlay } from "../state/overlay.ts";
import { withdraw } from "./balances.ts";
import { BASE_EXTRINSIC_WEIGHT, MAX_NORMAL_LENGTH, MAX_NORMAL_WEIGHT } from "./block_limits.ts";
import { effectOf, encodeInherent, type SignedExtrinsic } from "./extrinsic.ts";
import { type BoundCall, type Call, type CallContext, DispatchFailure } from "./pallet.ts";
import { system } from "./pallets.ts";
import type { AccountId, DispatchError, DispatchInfo, DispatchOutcome } from "./primitives.ts";
import { sealBlock, type SealedExtrinsic } from "./seal.ts";
import { collectPooledFee, pooledFeeOf } from "./subtensor/pooled_fee.ts";
import { initializeSubtensor } from "./subtensor/subtensor.ts";
import { type EventRecord, increaseNonce, openBlock, systemEvents } from "./system.ts";
import { timestampArguments, timestampSet } from "./timestamp.ts";
import { chargeOf, checkState } from "./validity.ts";

/** What the operator of the chain changes the state in. */
export interface Intervention extends CallContext {
  readonly state: Overlay;
}

/** A block in the making, on top of `parent`. */
export class BlockBuilder {
  readonly number: number;
  readonly state: Overlay;
  readonly #parent: Block;
  readonly #extrinsics: SealedExtrinsic[] = [];
  readonly #records: EventRecord[] = [];
  #weight = 0n;
  #length = 0;

  constructor(store: ChainStore, parent: Block) {
    this.#parent = parent;
    this.number = parent.header.number + 1;
    this.state = new Overlay(store, parent.header.number);
    openBlock(this.state, this.number, parent.hash);
    initializeSubtensor(this.state, this.number);
  }

  /** Changes the state as the block opens: what no extrinsic may do, and the operator may. */
  intervene(change: (context: Intervention) => void): void {
    const phase = { tag: "Initialization", value: undefined } as const;
    change({ ...this.#contextOf(undefined, phase), state: this.state });
  }

  /** Adds the inherent, which comes first. @param clock Milliseconds since 1970. */
  addTimestamp(clock: number): void {
    const { palletIndex, call } = timestampSet;
    const args = timestampArguments(this.state, clock);
    const context = this.#contextOf(undefined);
    const failure = runCall(call.bind(args), context);
    const bytes = encodeInherent(palletIndex, call.index, args);
    this.#finish({ bytes, effect: bytes }, call, failure, context);
  }

  /** Whether the extrinsic still fits; a block without any holds one of every size. */
  hasRoomFor({ call, bytes }: SignedExtrinsic): boolean {
    const weight = this.#weight + BASE_EXTRINSIC_WEIGHT + call.weight;
    return weight <= MAX_NORMAL_WEIGHT && this.#length + bytes.length <= MAX_NORMAL_LENGTH;
  }

  /**
   * Runs an extrinsic whose signature was checked.
   *
   * The signer pays also if the call fails, and what the call wrote until then stays.
   *
   * @returns how its call ended; nothing if its nonce is not yet the signer's next, and then nothing
   * changed.
   * @throws {TransactionRefused} If the state does not allow it; nothing changed either.
   */
  add(extrinsic: SignedExtrinsic): DispatchOutcome | undefined {
    if (checkState(this.state, extrinsic) > 0) return undefined;
    const { signer, call, bytes } = extrinsic;
    const context = this.#contextOf(signer);
    const charge = chargeOf(extrinsic);
    const pooledFee = pooledFeeOf(this.state, extrinsic);
    increaseNonce(this.state, signer);
    if (charge > 0n) withdraw(context, signer, charge);
    const failure = runCall(extrinsic.run, context);
    if (failure === undefined) collectPooledFee(context, signer, pooledFee);
    this.#weight += BASE_EXTRINSIC_WEIGHT + call.weight;
    this.#length += bytes.length;
    this.#finish({ bytes, effect: effectOf(extrinsic) }, call, failure, context);
    return failure === undefined ? { tag: "Ok", value: undefined } : { tag: "Err", value: failure };
  }

  /** Closes the block. */
  seal(): { readonly block: Block; readonly changes: StateChanges } {
    system.putEvents(this.state, this.#records);
    const block = sealBlock(this.#parent, this.#extrinsics, this.state);
    return { block, changes: this.state.changes };
  }

  #contextOf(
    signer: AccountId | undefined,
    phase: EventRecord["phase"] = { tag: "ApplyExtrinsic", value: this.#extrinsics.length },
  ): CallContext {
    return {
      state: this.state,
      blockNumber: this.number,
      signer,
      deposit: (event) => this.#records.push({ phase, event, topics: [] }),
    };
  }

  #finish(
    extrinsic: SealedExtrinsic,
    call: Call,
    failure: DispatchError | undefined,
    { deposit }: CallContext,
  ): void {
    const info = dispatchInfoOf(call);
    const { ExtrinsicSuccess, ExtrinsicFailed } = systemEvents.make;
    deposit(failure === undefined ? ExtrinsicSuccess(info) : ExtrinsicFailed(failure, info));
    this.#extrinsics.push(extrinsic);
  }
}

function runCall(run: BoundCall, context: CallContext): DispatchError | undefined {
  try {
    run(context);
    return undefined;
  } catch (error) {
    if (error instanceof DispatchFailure) return error.reason;
    throw error;
  }
}

function dispatchInfoOf(call: Call): DispatchInfo {
  return {
    weight: call.weight,
    class: { tag: call.class, value: undefined },
    pays_fee: { tag: call.paysFee ? "Yes" : "No", value: undefined },
  };
}
