/** Networks by name or by endpoint. */

import { BittensorError } from "../base/errors.ts";

/** A network and where its chain is reached. */
export interface Network {
  /** The name, or the first endpoint when only endpoints were given; without credentials. */
  readonly name: string;
  /** WebSocket URLs of its nodes, at least one: they are tried in this order. */
  readonly endpoints: readonly string[];
}

/** Where the chains of known networks are reached. */
const ENDPOINTS: ReadonlyMap<string, string> = new Map([
  // The port of a Substrate node.
  ["local", "ws://127.0.0.1:9944"],
  ["finney", "wss://entrypoint-finney.opentensor.ai:443"],
  ["test", "wss://test.finney.opentensor.ai:443"],
  ["archive", "wss://archive.chain.opentensor.ai:443"],
]);

/** Names of the networks that can be connected to. */
export const NETWORK_NAMES: readonly string[] = [...ENDPOINTS.keys()];

/** Networks of the seed era: their chains stopped in 2021 and 2022. */
const HISTORIC = ["akatsuki", "kusanagi"];

/**
 * Finds a network by its name (`local`, `finney`, `test`, `archive`), by the WebSocket URL of a node
 * (`ws://` may be left out, as in the seed era), or by the URLs of several nodes of one chain,
 * separated by commas.
 *
 * @throws {BittensorError} `chain/unknown-network` for another name, and for a historic one.
 *
 * @example A node of your own, and another one for when it is down
 * ```ts
 * import { findNetwork } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(findNetwork("local").endpoints, ["ws://127.0.0.1:9944"]);
 * const { name, endpoints } = findNetwork("ws://127.0.0.1:9944,wss://node.example:443");
 * assert.equal(name, "ws://127.0.0.1:9944");
 * assert.equal(endpoints.length, 2);
 * ```
 */
export function findNetwork(network: string): Network {
  const known = ENDPOINTS.get(network);
  if (known !== undefined) return { name: network, endpoints: [known] };
  const endpoints = network.split(",").map((part) => withScheme(part.trim()));
  if (endpoints.every(isWebSocketUrl)) {
    return { name: withoutCredentials(endpoints[0]!), endpoints };
  }
  if (HISTORIC.includes(network)) {
    throw new BittensorError(
      "chain/unknown-network",
      `Cannot connect to ${network}: its chain stopped years ago`,
      { hint: "use local: a dev chain has the same rules" },
    );
  }
  // It may be a URL that holds a password.
  const shown = network.replaceAll(/\/\/[^/]*@/g, "//");
  throw new BittensorError(
    "chain/unknown-network",
    `Cannot find the network ${shown}: it is neither a name nor a WebSocket URL`,
    { hint: `pass ${NETWORK_NAMES.join(", ")}, or a URL such as ws://127.0.0.1:9944` },
  );
}

/**
 * The name of a network, as `findNetwork` gives it; also of a historic one, of which files remain.
 *
 * @throws {BittensorError} `chain/unknown-network`.
 */
export function networkName(network: string): string {
  return HISTORIC.includes(network) ? network : findNetwork(network).name;
}

/** A URL as it may be shown: user name and password are left out. */
export function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.username === "" && url.password === "") return endpoint;
  url.username = "";
  url.password = "";
  return url.href;
}

/** Whether an endpoint is on this machine. */
export function isLoopback(endpoint: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(endpoint).hostname);
}

/** `host:port` is how the seed era wrote an endpoint. */
function withScheme(endpoint: string): string {
  return /^[\w.-]+:\d+$|^\[[\da-f:.]+\]:\d+$/i.test(endpoint) ? `ws://${endpoint}` : endpoint;
}

function isWebSocketUrl(text: string): boolean {
  return /^wss?:\/\//.test(text) && URL.canParse(text);
}
