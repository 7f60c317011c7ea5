/** The pallets of this runtime, together. */

import { enumeration, field, type TypeInfo } from "../scale/scale_type.ts";
import { balances } from "./balances.ts";
import type { Call, CaseOf, Pallet } from "./pallet.ts";
import { devChain } from "./subtensor/parameters.ts";
import { subtensor } from "./subtensor/subtensor.ts";
import { createSystem } from "./system.ts";
import { timestamp } from "./timestamp.ts";
import { transactionPayment } from "./transaction_payment.ts";

type EnumerationName = "Call" | "Event" | "Error";

/** Any call, event or error of the runtime. */
export const runtimeCall = outerEnumeration("Call");
export const runtimeEvent = outerEnumeration("Event");
export const runtimeError = outerEnumeration("Error");

export const system = createSystem(runtimeEvent);

/** All pallets, in the order of their indices. */
export const PALLETS: readonly Pallet[] = [
  system.pallet,
  timestamp,
  balances,
  transactionPayment,
  subtensor,
  devChain,
];

const CALLS = new Map<string, Call>(
  PALLETS.flatMap((pallet) =>
    Object.values(pallet.calls ?? {}).map((call) => [`${pallet.index}.${call.index}`, call])
  ),
);

/** The call with these indices, if there is one. */
export function findCall(
  palletIndex: number | undefined,
  callIndex: number | undefined,
): Call | undefined {
  return CALLS.get(`${palletIndex}.${callIndex}`);
}

const INNER: Record<EnumerationName, ReadonlyMap<Pallet, TypeInfo>> = {
  Call: innerEnumerations(
    "Call",
    ({ calls }) => calls && Object.entries(calls).map(([name, call]) => call.describe(name)),
  ),
  Event: innerEnumerations("Event", ({ events }) => events),
  Error: innerEnumerations("Error", ({ errors }) => errors),
};

/** The enumeration of a pallet's calls, events or errors, if it has any. */
export function innerEnumeration(pallet: Pallet, name: EnumerationName): TypeInfo | undefined {
  return INNER[name].get(pallet);
}

function innerEnumerations(
  name: EnumerationName,
  casesOf: (pallet: Pallet) => readonly CaseOf[] | undefined,
): ReadonlyMap<Pallet, TypeInfo> {
  return new Map(PALLETS.flatMap((pallet) => {
    const cases = casesOf(pallet);
    if (cases === undefined) return [];
    const path = `${pallet.crate}::pallet::${name}`;
    return [[pallet, enumeration(path, (numberOf) => cases.map((one) => one(numberOf)))]];
  }));
}

function outerEnumeration(name: EnumerationName): TypeInfo {
  return enumeration(
    `node_subtensor_runtime::Runtime${name}`,
    (numberOf) =>
      PALLETS.flatMap((pallet) => {
        const inner = innerEnumeration(pallet, name);
        if (inner === undefined) return [];
        const fields = [field(numberOf(inner))];
        return [{ name: pallet.name, fields, index: pallet.index, docs: [] }];
      }),
  );
}
