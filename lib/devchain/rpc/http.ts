/** JSON-RPC over HTTP: one question, one answer, and no subscriptions. */

import { answerPreflight, corsHeaders } from "./door.ts";
import { answer, MAX_MESSAGE } from "./request.ts";
import { RpcCode, RpcError } from "./rpc_error.ts";
import type { RpcClient, RpcMethod } from "./rpc_method.ts";

/** A client that hears only the answers to what it asks. */
const ONE_SHOT: RpcClient = {
  subscribe: () => {
    throw new RpcError(
      RpcCode.SubscriptionsUnavailable,
      "Subscriptions are not available on this transport.",
    );
  },
  unsubscribe: () => false,
};

/**
 * Answers a request whose body is one JSON-RPC request or a batch.
 *
 * Only JSON is taken, by its name: a browser asks first before it sends JSON from a page, and the door
 * lets in none but those that may.
 */
export async function answerHttp(
  methods: ReadonlyMap<string, RpcMethod>,
  request: Request,
): Promise<Response> {
  if (request.method === "OPTIONS") return answerPreflight(request);
  if (request.method !== "POST") return refusal(405, "POST JSON-RPC, or open a WebSocket");
  if (!isJson(request.headers)) return refusal(415, "send content of type application/json");
  const message = await bodyOf(request);
  if (message === undefined) return refusal(413, `messages have at most ${MAX_MESSAGE} bytes`);
  const text = await answer(methods, ONE_SHOT, message);
  const headers = corsHeaders(request);
  if (text === undefined) return new Response(null, { status: 204, headers });
  return new Response(text, {
    headers: { ...headers, "content-type": "application/json; charset=utf-8" },
  });
}

function isJson(headers: Headers): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers.get("content-type") ?? "");
}

/** The text of a body, unless it is too long; then the rest is not read. */
async function bodyOf({ body }: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > MAX_MESSAGE) return undefined;
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

function refusal(status: number, what: string): Response {
  return new Response(`${what}\n`, { status, headers: { "content-type": "text/plain" } });
}
