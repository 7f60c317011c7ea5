/** Snapshots of networks that never were. */

import fc from "fast-check";
import { encodeAddress } from "../../lib/domain/address.ts";
import { rao } from "../../lib/domain/balance.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { formatIp } from "../../lib/domain/ip.ts";
import { Modality } from "../../lib/domain/modality.ts";
import type { Snapshot } from "../../lib/metagraph/snapshot.ts";

const U32 = 2 ** 32 - 1;
const U64 = 2n ** 64n - 1n;

/** Few different keys, so that neurons of two snapshots often have the same. */
const addresses = fc.integer({ min: 0, max: 9 }).map((byte) =>
  encodeAddress(new Uint8Array(32).fill(byte))
);

const ips = fc.oneof(
  fc.bigInt(0n, 2n ** 32n - 1n).map((value) => ({ value, type: 4 as const })),
  fc.bigInt(0n, 2n ** 128n - 1n).map((value) => ({ value, type: 6 as const })),
);

const endpoints: fc.Arbitrary<Omit<Endpoint, "uid">> = fc.record({
  hotkey: addresses,
  coldkey: addresses,
  ip: ips,
  port: fc.integer({ min: 0, max: 65_535 }),
  modality: fc.constantFrom(...Object.values(Modality)),
}).map(({ ip, ...rest }) => ({ ...rest, ip: formatIp(ip), ipType: ip.type }));

/** Any network of at most twelve neurons. */
export const snapshots: fc.Arbitrary<Snapshot> = fc.integer({ min: 0, max: 12 }).chain((n) => {
  const column = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: n, maxLength: n });
  const weight = fc.tuple(fc.nat(Math.max(0, n - 1)), fc.nat(U32));
  return fc.record({
    block: fc.nat(U32),
    endpoints: column(endpoints),
    stake: column(fc.bigInt(0n, U64)),
    lastUpdate: column(fc.nat(U32)),
    weights: column(fc.uniqueArray(weight, { selector: ([uid]) => uid })),
    balances: column(fc.bigInt(0n, U64)),
  });
}).map(({ weights, ...columns }) => ({
  block: columns.block,
  endpoints: columns.endpoints.map((endpoint, uid) => ({ uid, ...endpoint })),
  stake: BigUint64Array.from(columns.stake),
  lastUpdate: Uint32Array.from(columns.lastUpdate),
  weightUids: weights.map((row) => Uint32Array.from(row, ([uid]) => uid)),
  weightVals: weights.map((row) => Uint32Array.from(row, ([, value]) => value)),
  balances: columns.balances.map(rao),
}));
