/** Endpoints: where a neuron listens, and who it is. */

import type { Address } from "./address.ts";
import type { IpType } from "./ip.ts";
import type { Modality } from "./modality.ts";

/** Where a neuron listens, and who it is, as it subscribed on chain. */
export interface Endpoint {
  /** Number of the neuron on the network. */
  readonly uid: number;
  readonly hotkey: Address;
  readonly ip: string;
  readonly ipType: IpType;
  readonly port: number;
  readonly modality: Modality;
  readonly coldkey: Address;
}

/** The address of an endpoint in the network's own notation: `/ipv4/203.0.113.7:8091`. */
export function formatEndpoint(
  { ip, ipType, port }: Pick<Endpoint, "ip" | "ipType" | "port">,
): string {
  return `/ipv${ipType}/${ip}:${port}`;
}

/** Host and port as a URL or gRPC target writes them, IPv6 in brackets: `203.0.113.7:8091`. */
export function formatHostPort({ ip, port }: Pick<Endpoint, "ip" | "port">): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Whether two endpoints are the same in all but their uids. */
export function isSameEndpoint(left: Endpoint, right: Endpoint): boolean {
  return left.hotkey === right.hotkey && left.coldkey === right.coldkey && left.ip === right.ip &&
    left.ipType === right.ipType && left.port === right.port && left.modality === right.modality;
}
