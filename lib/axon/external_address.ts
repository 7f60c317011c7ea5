/** Under which address other neurons reach an axon. */

import { BittensorError } from "../base/errors.ts";
import { formatIp, parseIp } from "../domain/ip.ts";

/** What is known when an axon subscribes. */
export interface ExternalAddressOptions {
  /** Address that the user gave, if any. */
  readonly externalIp?: string | undefined;
  /** Address that the axon listens on, such as `::` for all. */
  readonly boundIp: string;
  /** URL of the chain's node. */
  readonly chainEndpoint: string;
}

/** Who listens here is reachable at every address of the machine. */
const WILDCARDS = ["0.0.0.0", "::"];

/** The chain refuses these two as addresses of a neuron, but no other of 127.0.0.0/8. */
const REFUSED = ["127.0.0.1", "::1"];

/**
 * An address of this machine that the chain accepts: Linux and Windows answer to all of 127.0.0.0/8,
 * macOS to 127.0.0.1 alone, which IPv6 can write in another way.
 */
export const LOOPBACK_IP = Deno.build.os === "darwin" ? "::ffff:127.0.0.1" : "127.0.0.2";

/**
 * Decides which address a neuron subscribes with: the one that the user gave; else, on a chain of
 * this machine, one that other programs of this machine reach.
 *
 * @throws {BittensorError} `ip/invalid`; `axon/external-ip` if the user has to say it.
 */
export function externalAddress(options: ExternalAddressOptions): string {
  const { externalIp, boundIp, chainEndpoint } = options;
  if (externalIp !== undefined) {
    return formatIp(parseIp(externalIp));
  }
  if (!isLoopback(new URL(chainEndpoint).hostname)) {
    throw new BittensorError(
      "axon/external-ip",
      "Cannot subscribe the axon: the address under which others reach it is not known",
      { hint: "pass externalIp, the public address of this machine" },
    );
  }
  const ip = formatIp(parseIp(boundIp));
  if (WILDCARDS.includes(ip)) return LOOPBACK_IP;
  if (!REFUSED.includes(ip)) return ip;
  throw new BittensorError(
    "axon/external-ip",
    `Cannot subscribe the axon: the chain refuses its address ${ip}`,
    { hint: `let it listen on all addresses (leave ip out), or on ${LOOPBACK_IP}` },
  );
}

/** Whether a host of a URL is this machine. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
