/** JSON-RPC 2.0: from the text of a request to the text of its answer. */

import { messageOf } from "../../base/errors.ts";
import { logger } from "../../base/log.ts";
import { TransactionRefused } from "../runtime/transaction_refused.ts";
import { Params } from "./params.ts";
import { RpcCode, RpcError } from "./rpc_error.ts";
import type { RpcClient, RpcMethod } from "./rpc_method.ts";

/**
 * Bytes of a message that a client may send: the largest extrinsic that fits into a block has not
 * quite as many hexadecimal digits.
 */
export const MAX_MESSAGE = 8 * 1024 * 1024;

/** Requests that one batch may hold. */
const MAX_BATCH = 100;

/** Characters that an answer may have, that to a batch too. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** The text of an answer, at once or later; notifications get none. */
type Answer = string | undefined | Promise<string | undefined>;

/** Answers a message: one request or a batch. */
export function answer(
  methods: ReadonlyMap<string, RpcMethod>,
  client: RpcClient,
  message: string,
): Answer {
  const content = parse(message);
  if (content === undefined) {
    return failure(null, new RpcError(RpcCode.ParseError, "Parse error"));
  }
  if (!Array.isArray(content)) return answerOne(methods, client, content);
  if (content.length === 0) return failure(null, invalidRequest());
  if (content.length > MAX_BATCH) {
    const text = `The batch request was too large: it may hold ${MAX_BATCH} requests`;
    return failure(null, new RpcError(RpcCode.BatchTooLarge, text));
  }
  return answerBatch(methods, client, content);
}

function answerBatch(
  methods: ReadonlyMap<string, RpcMethod>,
  client: RpcClient,
  requests: readonly unknown[],
): Answer {
  const answers: Answer[] = [];
  let length = 0;
  for (const request of requests) {
    const one = answerOne(methods, client, request);
    answers.push(one);
    length += typeof one === "string" ? one.length : 0;
    if (length > MAX_ANSWER) return failure(null, tooBig());
  }
  const isLate = answers.some((one) => one instanceof Promise);
  return isLate ? Promise.all(answers).then(joined) : joined(answers);
}

function joined(answers: readonly unknown[]): string | undefined {
  const texts = answers.filter((text) => typeof text === "string");
  return texts.length === 0 ? undefined : `[${texts.join(",")}]`;
}

/** A notification of a subscription. */
export function notification(method: string, subscription: string, result: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params: { subscription, result } });
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function answerOne(
  methods: ReadonlyMap<string, RpcMethod>,
  client: RpcClient,
  request: unknown,
): Answer {
  if (!isRequest(request)) return failure(null, invalidRequest());
  const { id, method, params = [] } = request;
  try {
    const run = methods.get(method);
    if (run === undefined) throw new RpcError(RpcCode.MethodNotFound, "Method not found");
    const result = run(new Params(params), client);
    if (!(result instanceof Promise)) return success(id, result);
    return result.then((late) => success(id, late), (error) => failure(id, error));
  } catch (error) {
    return failure(id, error);
  }
}

interface Request {
  readonly method: string;
  readonly params?: readonly unknown[];
  /** Missing in a notification, which gets no answer. */
  readonly id?: RequestId;
}

type RequestId = string | number | null | undefined;

function isRequest(value: unknown): value is Request {
  if (typeof value !== "object" || value === null) return false;
  const { jsonrpc, method, params, id } = value as Record<string, unknown>;
  return jsonrpc === "2.0" && typeof method === "string" &&
    (params === undefined || Array.isArray(params)) &&
    (id === undefined || id === null || typeof id === "string" || typeof id === "number");
}

function invalidRequest(): RpcError {
  return new RpcError(RpcCode.InvalidRequest, "Invalid request");
}

function tooBig(): RpcError {
  return new RpcError(RpcCode.ResponseTooBig, "Response is too big");
}

function success(id: RequestId, result: unknown): string | undefined {
  if (id === undefined) return undefined;
  const text = JSON.stringify({ jsonrpc: "2.0", result, id });
  return text.length > MAX_ANSWER ? failure(id, tooBig()) : text;
}

function failure(id: RequestId, error: unknown): string | undefined {
  if (id === undefined) return undefined;
  const { code, message, data } = asRpcError(error);
  return JSON.stringify({ jsonrpc: "2.0", error: { code, message, data }, id });
}

function asRpcError(error: unknown): Pick<RpcError, "code" | "message" | "data"> {
  if (error instanceof RpcError || error instanceof TransactionRefused) return error;
  logger("devchain").error("Cannot answer a request: {reason}", {
    reason: messageOf(error),
    error,
  });
  return new RpcError(RpcCode.InternalError, "Internal error");
}
