/** The standard health service of gRPC: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */

import { create, toBinary } from "@bufbuild/protobuf";
import {
  Health as HealthService,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
  HealthListRequestSchema,
  HealthListResponseSchema,
} from "../../proto/gen/health_pb.ts";
import { Bittensor } from "../../proto/gen/bittensor_pb.ts";
import { StatusError, type StreamHandler } from "./rpc.ts";
import type { Pieces } from "./pieces.ts";
import { onlyRequest } from "./service_request.ts";

/** Whether a server takes requests. */
export type HealthStatus = "SERVING" | "NOT_SERVING";

/** Services whose status can be asked: the server as a whole, and the one of the protocol. */
const SERVICES = ["", Bittensor.typeName];

/** The health of one server, and the methods that tell it. */
export class Health {
  readonly #changes = new EventTarget();
  #status: HealthStatus;

  /** @param status What callers hear until it is set. */
  constructor(status: HealthStatus = "SERVING") {
    this.#status = status;
  }

  /** What callers hear. */
  get status(): HealthStatus {
    return this.#status;
  }

  /** Changes what callers hear; those that watch hear it at once. */
  set(status: HealthStatus): void {
    this.#status = status;
    this.#changes.dispatchEvent(new Event("change"));
  }

  /** The methods `Check`, `List` and `Watch`, by path, for `serve()`. */
  streams(): Record<string, StreamHandler> {
    return {
      [`/${HealthService.typeName}/Check`]: (requests) => this.#check(requests),
      [`/${HealthService.typeName}/List`]: (requests) => this.#list(requests),
      [`/${HealthService.typeName}/Watch`]: (requests, signal) => this.#watch(requests, signal),
    };
  }

  async *#check(requests: AsyncIterable<Uint8Array>): AsyncIterable<Pieces> {
    const { service } = await onlyRequest(HealthCheckRequestSchema, requests);
    if (!SERVICES.includes(service)) {
      throw new StatusError("NOT_FOUND", `${JSON.stringify(service)} is not served here`);
    }
    yield encodeStatus(this.#status);
  }

  async *#list(requests: AsyncIterable<Uint8Array>): AsyncIterable<Pieces> {
    await onlyRequest(HealthListRequestSchema, requests);
    const status = { status: ServingStatus[this.#status] };
    const statuses = Object.fromEntries(
      SERVICES.map((service) => [service, create(HealthCheckResponseSchema, status)]),
    );
    yield [toBinary(HealthListResponseSchema, create(HealthListResponseSchema, { statuses }))];
  }

  async *#watch(requests: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Pieces> {
    const { service } = await onlyRequest(HealthCheckRequestSchema, requests);
    const known = SERVICES.includes(service);
    let told: keyof typeof ServingStatus | undefined;
    while (!signal.aborted) {
      const status = known ? this.#status : "SERVICE_UNKNOWN";
      // The status may change once more while a slow caller takes the last one.
      if (status === told) await this.#nextChange(signal);
      else yield encodeStatus(told = status);
    }
  }

  /** Resolves when the status is set, or the signal fires. */
  async #nextChange(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#changes.addEventListener("change", wake, { once: true });
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    this.#changes.removeEventListener("change", wake);
    signal.removeEventListener("abort", wake);
  }
}

function encodeStatus(status: keyof typeof ServingStatus): Pieces {
  const response = create(HealthCheckResponseSchema, { status: ServingStatus[status] });
  return [toBinary(HealthCheckResponseSchema, response)];
}
