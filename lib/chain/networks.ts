/** Networks by name or by endpoint. */

import { BittensorError } from "../base/errors.ts";

/** A network and where its chain is reached. */
export interface Network {
  /** The name, or the endpoint when only that was given. */
  readonly name: string;
  /** WebSocket URL of a node. */
  readonly endpoint: string;
}

/** Where `local` is: the port of a Substrate node, and of our dev chain when it may choose. */
const LOCAL_ENDPOINT = "ws://127.0.0.1:9944";

/** Networks of the seed era: their chains stopped in 2021 and 2022. */
const HISTORIC = ["akatsuki", "kusanagi"];

/**
 * Finds a network by its name, `local`, or by the WebSocket URL of a node.
 *
 * @throws {BittensorError} `chain/unknown-network` for another name, and for a historic one.
 *
 * @example A node of your own
 * ```ts
 * import { findNetwork } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * assert.equal(findNetwork("local").endpoint, "ws://127.0.0.1:9944");
 * assert.equal(findNetwork("wss://node.example:443").endpoint, "wss://node.example:443");
 * ```
 */
export function findNetwork(network: string): Network {
  if (network === "local") return { name: "local", endpoint: LOCAL_ENDPOINT };
  if (/^wss?:\/\//.test(network) && URL.canParse(network)) {
    return { name: withoutCredentials(network), endpoint: network };
  }
  const gone = HISTORIC.includes(network)
    ? `the chain of ${network} stopped years ago`
    : `${network} is neither a name nor a WebSocket URL`;
  throw new BittensorError("chain/unknown-network", `Cannot find the network: ${gone}`, {
    hint: 'pass "local", the endpoint of a local network, or a URL such as ws://127.0.0.1:9944',
  });
}

/** A URL as it may be shown: user name and password are left out. */
export function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.username === "" && url.password === "") return endpoint;
  url.username = "";
  url.password = "";
  return url.href;
}
