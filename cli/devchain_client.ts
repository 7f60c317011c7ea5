/** The control calls of a dev chain that runs in another process. */

import { BittensorError, messageOf } from "../lib/base/errors.ts";

/** How long to wait for an answer. */
export interface ControlOptions {
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 20_000;

/**
 * Sends a control call, over HTTP, and returns the hash of the best block after it.
 *
 * @param endpoint WebSocket URL of the chain.
 * @throws {BittensorError} `chain/unreachable`; `cli/no-devchain` if the node has no such call;
 * `cli/devchain-refused`.
 */
export async function requestControl(
  endpoint: string,
  method: "dev_setBalance" | "dev_mine",
  params: readonly unknown[],
  { timeoutMs = TIMEOUT_MS, signal }: ControlOptions,
): Promise<string> {
  const { error, result } = await post(endpoint, { method, params }, {
    timeoutMs,
    signal,
  });
  if (error === undefined) return String(result);
  if (error.code === METHOD_NOT_FOUND) {
    throw new BittensorError("cli/no-devchain", `Cannot control ${endpoint}: it is no dev chain`, {
      hint: "start one with `bt devchain`, or name it with --network",
    });
  }
  const detail = error.data === undefined ? "" : `: ${error.data}`;
  throw new BittensorError("cli/devchain-refused", `Cannot do that: ${error.message}${detail}`);
}

/** JSON-RPC: the node does not know the method. */
const METHOD_NOT_FOUND = -32601;

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

async function post(
  endpoint: string,
  request: { readonly method: string; readonly params: readonly unknown[] },
  { timeoutMs, signal }: Required<ControlOptions>,
): Promise<Answer> {
  try {
    const response = await fetch(endpoint.replace(/^ws/, "http"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...request }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return await response.json();
  } catch (cause) {
    signal.throwIfAborted();
    throw new BittensorError(
      "chain/unreachable",
      `Cannot control the chain at ${endpoint}: ${messageOf(cause)}`,
      { cause, hint: "start one with `bt devchain`, or name it with --network" },
    );
  }
}
