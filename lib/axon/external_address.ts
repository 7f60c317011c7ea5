/** Under which address other neurons reach an axon. */

import { withDeadline } from "../base/deadline.ts";
import { BittensorError } from "../base/errors.ts";
import { isLoopback } from "../chain/networks.ts";
import { formatIp, parseIp } from "../domain/ip.ts";

/** What is known when an axon subscribes. */
export interface ExternalAddressOptions {
  /** Address that the user gave, or a service that tells it. */
  readonly externalIp?: string | URL | undefined;
  /** Address that the axon listens on, such as `::` for all. */
  readonly boundIp: string;
  /** URL of the chain's node. */
  readonly chainEndpoint: string;
  /** Asks the chain for the address under which this neuron is subscribed already. */
  readonly subscribedIp: () => Promise<string | undefined>;
  /** Longest wait for a service, in milliseconds. @default {5000} */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Who listens here is reachable at every address of the machine. */
const WILDCARDS = ["0.0.0.0", "::"];

/** The chain refuses these two as addresses of a neuron, but no other of 127.0.0.0/8. */
const REFUSED = ["127.0.0.1", "::1"];

/** Longest answer of a service, in bytes: an IPv6 address has 45, and there may be space around it. */
const MOST_BYTES = 256;

/**
 * An address of this machine that the chain accepts: Linux and Windows answer to all of 127.0.0.0/8,
 * macOS to 127.0.0.1 alone, which IPv6 can write in another way.
 */
export const LOOPBACK_IP = Deno.build.os === "darwin" ? "::ffff:127.0.0.1" : "127.0.0.2";

/**
 * Decides which address a neuron subscribes with: the one that the user gave, or that the service
 * tells which the user named; else, on a chain of this machine, one that other programs of this
 * machine reach; else the one that the network knows it by. No service is asked that was not named.
 *
 * @throws {BittensorError} `ip/invalid`; `axon/external-ip` if the user has to say it, or the service
 * does not.
 */
export async function externalAddress(options: ExternalAddressOptions): Promise<string> {
  const { externalIp, boundIp, chainEndpoint, subscribedIp } = options;
  if (externalIp instanceof URL) return await askService(externalIp, options);
  if (externalIp !== undefined) return formatIp(parseIp(externalIp));
  if (isLoopback(chainEndpoint)) return localAddress(boundIp);
  const known = await subscribedIp();
  if (known !== undefined) return known;
  throw new BittensorError(
    "axon/external-ip",
    "Cannot subscribe the axon: the address under which others reach it is not known",
    { hint: "pass externalIp, the public address of this machine" },
  );
}

function localAddress(boundIp: string): string {
  const ip = formatIp(parseIp(boundIp));
  if (WILDCARDS.includes(ip)) return LOOPBACK_IP;
  if (!REFUSED.includes(ip)) return ip;
  throw new BittensorError(
    "axon/external-ip",
    `Cannot subscribe the axon: the chain refuses its address ${ip}`,
    { hint: `let it listen on all addresses (leave ip out), or on ${LOOPBACK_IP}` },
  );
}

async function askService(
  service: URL,
  { timeoutMs = 5_000, signal }: ExternalAddressOptions,
): Promise<string> {
  if (service.protocol !== "http:" && service.protocol !== "https:") {
    throw new TypeError(`Cannot ask ${service.protocol}// for the address: it is no http service`);
  }
  const refused = (what: string, cause?: unknown) =>
    new BittensorError(
      "axon/external-ip",
      `Cannot learn the address from ${service.host}: ${what}`,
      {
        cause,
        hint: "pass externalIp as text, the public address of this machine",
      },
    );
  const late = refused(`it did not answer within ${timeoutMs} ms`);
  let text: string;
  try {
    text = await withDeadline(
      (stop) => fetchText(service, stop),
      { timeoutMs, signal },
      () => late,
    );
  } catch (cause) {
    if (signal?.aborted || cause === late) throw cause;
    throw refused("it cannot be asked", cause);
  }
  try {
    return formatIp(parseIp(text.trim()));
  } catch (cause) {
    throw refused(`${JSON.stringify(text.trim())} is no IP address`, cause);
  }
}

/** The start of what a service answers. */
async function fetchText(service: URL, signal: AbortSignal): Promise<string> {
  const { ok, status, body } = await fetch(service, { signal });
  if (!ok || body === null) {
    await body?.cancel();
    throw new Error(`HTTP status ${status}`);
  }
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk.slice(0, MOST_BYTES);
    if (text.length >= MOST_BYTES) break;
  }
  return text;
}
