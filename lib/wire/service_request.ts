/** Requests to the standard services of gRPC. */

import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { StatusError } from "./rpc.ts";

/** Longest request, in bytes: the names in it are some ten letters long, and come back in answers. */
const MAX_REQUEST_BYTES = 1024;

/**
 * Reads a request.
 *
 * @throws {StatusError} `INVALID_ARGUMENT` if it is malformed or long.
 */
export function parseRequest<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
): MessageShape<Desc> {
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new StatusError("INVALID_ARGUMENT", `a request has at most ${MAX_REQUEST_BYTES} bytes`);
  }
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch {
    throw new StatusError("INVALID_ARGUMENT", `the request is no ${schema.typeName}`);
  }
}

/**
 * Reads the request of a method that takes a single one.
 *
 * @throws {StatusError} `INVALID_ARGUMENT` if it is missing, malformed or long.
 */
export async function onlyRequest<Desc extends DescMessage>(
  schema: Desc,
  requests: AsyncIterable<Uint8Array>,
): Promise<MessageShape<Desc>> {
  for await (const request of requests) return parseRequest(schema, request);
  throw new StatusError("INVALID_ARGUMENT", "the request is missing");
}
