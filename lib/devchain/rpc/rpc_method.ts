import type { Params } from "./params.ts";

/** What a subscription sends, and how it starts and stops. */
export interface Subscription {
  /** The method name of its notifications. */
  readonly notification: string;
  /** Starts it; every value given to `notify` is sent. @returns what stops it. */
  start(notify: (result: unknown) => void, done: () => void): () => void;
}

/** The client that a request came from. */
export interface RpcClient {
  /** Starts a subscription. @returns its id. @throws {RpcError} If the client has too many. */
  subscribe(subscription: Subscription): string;
  /** Stops a subscription. @returns whether there was one with that id. */
  unsubscribe(id: string): boolean;
}

/** Answers a request, at once or by a promise. @throws {RpcError} or {TransactionRefused} for an error answer. */
export type RpcMethod = (params: Params, client: RpcClient) => unknown;

/** Methods by name. */
export type RpcMethods = Readonly<Record<string, RpcMethod>>;

/** The method that ends subscriptions of one kind, or of any. */
export const unsubscribe: RpcMethod = (params, client) => client.unsubscribe(params.text(0));
