import assert from "node:assert/strict";
import { formatEndpoint, formatHostPort } from "../../lib/domain/endpoint.ts";
import type { IpType } from "../../lib/domain/ip.ts";
import networking from "../vectors/networking.json" with { type: "json" };

Deno.test("formatEndpoint() writes the published texts", () => {
  for (const { args: [family, ip, port], str } of networking.ip__str__) {
    const ipType: IpType = family === 4 ? 4 : 6;
    assert.equal(formatEndpoint({ ip: String(ip), ipType, port: Number(port) }), str);
  }
});

Deno.test("formatHostPort() puts IPv6 in brackets, so that a URL reads it", () => {
  assert.equal(formatHostPort({ ip: "203.0.113.7", port: 8091 }), "203.0.113.7:8091");
  assert.equal(formatHostPort({ ip: "2001:db8::7", port: 8091 }), "[2001:db8::7]:8091");
  const { hostname, port } = new URL(`http://${formatHostPort({ ip: "::1", port: 8091 })}`);
  assert.deepEqual([hostname, port], ["[::1]", "8091"]);
});
