import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { Tensor } from "../../lib/base/tensor.ts";
import type { Address } from "../../lib/domain/address.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { endpointFromTensor, endpointToTensor } from "../../lib/domain/endpoint_tensor.ts";
import { formatIp } from "../../lib/domain/ip.ts";
import type { Modality } from "../../lib/domain/modality.ts";
import vectors from "../vectors/endpoints.json" with { type: "json" };

const ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY" as Address;
const BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty" as Address;

function tensorOf(values: readonly (number | bigint)[], dims = [values.length]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

/** The bytes of a text, padded as every endpoint tensor is. */
function padded(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...bytes, ...Array.from({ length: 250 - bytes.length }, () => -1)];
}

/** The endpoint of a row, which may hold what our type excludes. */
function endpointOf(args: typeof vectors.cases[number]["args"]): Endpoint {
  const ip = typeof args.ip === "string" && /[.:]/.test(args.ip)
    ? args.ip
    : formatIp({ value: BigInt(args.ip), type: args.ip_type === 4 ? 4 : 6 });
  return {
    uid: Number(args.uid),
    hotkey: args.hotkey as Address,
    ip,
    ipType: args.ip_type === 4 ? 4 : 6,
    port: args.port,
    modality: args.modality as Modality,
    coldkey: args.coldkey as Address,
  };
}

/** Why we do not read a tensor that the seed era read. */
function refusedBecause({ uid, hotkey, coldkey }: typeof vectors.cases[number]["args"]) {
  if (typeof uid === "string") return /its uid is 9223372036854776000: a whole number/;
  if (hotkey.length !== 48 || coldkey.length !== 48) {
    return /its hotkey is ".*": that is no address/;
  }
}

for (const { args, json, json_utf8_length, tensor } of vectors.cases) {
  // A number of JavaScript holds integers up to 2^53: the text of a larger uid is another one.
  const exact = typeof args.uid === "number";

  Deno.test(`endpointToTensor() equals the seed era for ${json}`, () => {
    if (json_utf8_length > 250) {
      return assert.throws(() => endpointToTensor(endpointOf(args)), { code: "endpoint/too-long" });
    }
    const encoded = endpointToTensor(endpointOf(args));
    assert.deepEqual(encoded.dims, [250]);
    if (exact) assert.deepEqual(Array.from(encoded.data, Number), tensor);
  });

  Deno.test(`endpointFromTensor() reads or refuses ${json}`, () => {
    if (tensor === undefined || tensor === null) return;
    const reason = refusedBecause(args);
    if (reason === undefined) {
      assert.deepEqual(endpointFromTensor(tensorOf(tensor)), endpointOf(args));
    } else {
      assert.throws(() => endpointFromTensor(tensorOf(tensor)), {
        code: "endpoint/tensor",
        message: reason,
      });
    }
  });
}

const JSON_TEXT = vectors.from_tensor[0]!.result!;

/** The tensors of the rows, by name. */
const TENSORS: Record<string, Tensor> = {
  ok_250: tensorOf(padded(JSON_TEXT)),
  ok_1x250: tensorOf(padded(JSON_TEXT), [1, 250]),
  two_rows: tensorOf([...padded(JSON_TEXT), ...padded(JSON_TEXT)], [2, 250]),
  len_249: tensorOf(padded(JSON_TEXT).slice(0, 249)),
  empty: tensorOf([]),
  all_zero: tensorOf(Array.from({ length: 250 }, () => 0)),
  all_minus_one: tensorOf(padded("")),
  value_over_255: tensorOf([256, ...padded("").slice(1)]),
};

const MESSAGES: Record<string, RegExp> = {
  two_rows: /int64 \[2, 250\] is not int64 \[250\]/,
  len_249: /int64 \[249\] is not int64 \[250\]/,
  empty: /int64 \[0\] is not int64 \[250\]/,
  all_zero: /is no JSON/,
  all_minus_one: /"" is no JSON/,
  value_over_255: /256 is no byte/,
};

for (const { name, shape, result } of vectors.from_tensor) {
  Deno.test(`endpointFromTensor() treats ${name} as the seed era did`, () => {
    const tensor = TENSORS[name]!;
    assert.deepEqual(tensor.dims, shape);
    if (result === undefined) {
      assert.throws(() => endpointFromTensor(tensor), {
        code: "endpoint/tensor",
        message: MESSAGES[name]!,
      });
    } else {
      const encoded = endpointToTensor(endpointFromTensor(tensor));
      assert.deepEqual(Array.from(encoded.data, Number), padded(result));
    }
  });
}

Deno.test("endpointFromTensor() names the field at fault", () => {
  const good = JSON.parse(JSON_TEXT);
  const cases: [object, RegExp][] = [
    [{ ...good, uid: -1 }, /its uid is -1: a whole number/],
    [{ ...good, uid: "7" }, /its uid is "7": a whole number/],
    [{ ...good, hotkey: "5Grw" }, /its hotkey is "5Grw": that is no address/],
    [{ ...good, coldkey: 5 }, /its coldkey is 5: a text is needed/],
    [{ ...good, ip: "localhost" }, /its ip is "localhost": that is no IP address/],
    [{ ...good, ip: "010.1" }, /its ip is "010.1": that is no IP address/],
    [{ ...good, ip_type: 6 }, /its ip_type is 6: the address is one of IPv4/],
    [{ ...good, port: 65_536 }, /its port is 65536: a whole number up to 65535/],
    [{ ...good, modality: 3 }, /its modality is 3: 0 is text, 1 images, 2 tensors/],
    [{ ...good, port: undefined }, /it has no port/],
    [[], /"\[\]" is no JSON object/],
  ];
  for (const [value, message] of cases) {
    const tensor = tensorOf(padded(JSON.stringify(value)));
    assert.throws(() => endpointFromTensor(tensor), { code: "endpoint/tensor", message });
  }
  const invalid = tensorOf([0xff, ...padded("").slice(1)]);
  assert.throws(() => endpointFromTensor(invalid), { message: /its bytes are not UTF-8/ });
  const floats = new Tensor("float32", new Float32Array(250), [250]);
  assert.throws(() => endpointFromTensor(floats), { message: /float32 \[250\] is not int64/ });
});

Deno.test("endpointFromTensor() inverts endpointToTensor()", () => {
  const endpoints = fc.record({
    uid: fc.maxSafeNat(),
    hotkey: fc.constantFrom(ALICE, BOB),
    ip: fc.oneof(fc.ipV4(), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })),
    port: fc.integer({ min: 0, max: 65_535 }),
    modality: fc.constantFrom<Modality>(0, 1, 2),
    coldkey: fc.constantFrom(ALICE, BOB),
  });
  fc.assert(fc.property(endpoints, ({ ip: source, ...rest }) => {
    const ipType = typeof source === "string" ? 4 : 6;
    const ip = typeof source === "string" ? source : formatIp({ value: source, type: 6 });
    const endpoint: Endpoint = { ...rest, ip, ipType };
    assert.deepEqual(endpointFromTensor(endpointToTensor(endpoint)), endpoint);
  }));
});

Deno.test("endpointFromTensor() throws nothing but its error, whatever the tensor holds", () => {
  const text = [...new TextEncoder().encode(JSON_TEXT)];
  const damaged = fc.tuple(fc.nat(text.length - 1), fc.integer({ min: -2, max: 257 })).map(
    ([at, value]) => text.with(at, value),
  );
  const values = fc.oneof(
    fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 250 }),
    fc.array(fc.integer({ min: -1, max: 256 }), { maxLength: 250 }),
    fc.json({ maxDepth: 3 }).map((json) => [...new TextEncoder().encode(json)].slice(0, 250)),
    damaged,
  );
  const check = fc.property(values, (list) => {
    const padding = Array.from({ length: 250 - list.length }, () => -1n);
    const tensor = tensorOf([...list.map(BigInt), ...padding]);
    try {
      const { uid, port } = endpointFromTensor(tensor);
      assert(Number.isSafeInteger(uid) && port <= 65_535);
    } catch (error) {
      assert(error instanceof BittensorError && error.code === "endpoint/tensor", String(error));
    }
  });
  fc.assert(check, { numRuns: 20_000 });
});
