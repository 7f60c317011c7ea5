import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { formatIp, parseIp } from "../../lib/domain/ip.ts";
import networking from "../vectors/networking.json" with { type: "json" };

/** Forms that the seed era took and we refuse: short, octal, hexadecimal, with spaces. */
const LAX = new Set(["127.1", "10", "0x7f.1", "010.0.0.1", "1.2.3.4 "]);

const IPV4_COUNT = 1n << 32n;

Deno.test("formatIp() writes the published addresses", () => {
  for (const { int, ip } of networking.int_to_ip) {
    if (ip === undefined) continue;
    const value = BigInt(int);
    assert.equal(formatIp({ value, type: value < IPV4_COUNT ? 4 : 6 }), ip);
  }
});

Deno.test("formatIp() refuses integers that do not fit the family", () => {
  for (const { int, ip } of networking.int_to_ip) {
    if (ip !== undefined) continue;
    assert.throws(() => formatIp({ value: BigInt(int), type: 6 }), RangeError);
  }
  assert.throws(() => formatIp({ value: IPV4_COUNT, type: 4 }), RangeError);
});

Deno.test("parseIp() reads the published addresses in strict form", () => {
  for (const { ip, int, version } of networking.ip_to_int) {
    if (int === undefined || LAX.has(ip)) continue;
    assert.deepEqual(parseIp(ip), { value: BigInt(int), type: version });
  }
});

Deno.test("parseIp() refuses lax forms, host names and everything else", () => {
  const malformed = networking.ip_to_int.filter(({ int }) => int === undefined).map(({ ip }) => ip);
  const more = ["1.2.3", "1.2.3.4:80", "01.2.3.4", "1.2.3.0x4", "+1.2.3.4", " ::1", "::1 ", "::g"];
  const mixed = ["::ffff:010.0.0.1", "::ffff:1.2.3", "::1.2.3.256", "::ffff:0x7f.0.0.1", "1::2::3"];
  for (const text of [...LAX, ...malformed, ...more, ...mixed, "12345::", "fe80::1%1"]) {
    assert.throws(() => parseIp(text), { code: "ip/invalid" }, text);
  }
});

Deno.test("parseIp() keeps the family of small IPv6 addresses", () => {
  assert.deepEqual(parseIp("::1"), { value: 1n, type: 6 });
  assert.equal(formatIp(parseIp("::1")), "::1");
  assert.equal(formatIp(parseIp("::")), "::");
});

Deno.test("parseIp() reads an IPv4 address at the end of an IPv6 address, wherever it is", () => {
  assert.deepEqual(parseIp("64:ff9b::1.2.3.4"), parseIp("64:ff9b::102:304"));
  assert.deepEqual(parseIp("1:2:3:4:5:6:1.2.3.4"), parseIp("1:2:3:4:5:6:102:304"));
  assert.deepEqual(parseIp("::255.255.255.255"), { value: IPV4_COUNT - 1n, type: 6 });
});

Deno.test("parseIp() reverses formatIp() for every address", () => {
  const v4 = fc.bigInt(0n, IPV4_COUNT - 1n).map((value) => ({ value, type: 4 as const }));
  const word = fc.oneof(fc.constant(0n), fc.bigInt(0n, 0xffffn));
  const v6 = fc.array(word, { minLength: 8, maxLength: 8 }).map((words) => ({
    value: words.reduce((value, next) => value << 16n | next, 0n),
    type: 6 as const,
  }));
  const mapped = fc.bigInt(0n, IPV4_COUNT - 1n).map((value) => ({
    value: 0xffffn << 32n | value,
    type: 6 as const,
  }));
  fc.assert(fc.property(fc.oneof(v4, v6, mapped), (ip) => {
    assert.deepEqual(parseIp(formatIp(ip)), ip);
  }));
});

Deno.test("parseIp() agrees with generated texts, and throws nothing but BittensorError", () => {
  fc.assert(fc.property(fc.ipV4(), (text) => assert.equal(formatIp(parseIp(text)), text)));
  fc.assert(fc.property(fc.ipV6(), (text) => assert.equal(parseIp(text).type, 6)));
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0189.:xf%") }));
  fc.assert(fc.property(text, (candidate) => {
    try {
      const ip = parseIp(candidate);
      assert.deepEqual(parseIp(formatIp(ip)), ip);
    } catch (error) {
      assert(error instanceof BittensorError, String(error));
    }
  }));
});
