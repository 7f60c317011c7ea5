import type { ApiOptions } from "@polkadot/api/types";
import { BittensorError } from "../base/errors.ts";
import type { RpcClient } from "./rpc_client.ts";

type Provider = NonNullable<ApiOptions["provider"]>;

/**
 * Lets `@polkadot/api` ask questions over our connection.
 *
 * It says that it has no subscriptions, so that the API opens none of its own and starts no timer:
 * they would outlive the connection. The API also never hears that the connection is gone: it would
 * print what it caught. `failed` says so to us instead.
 */
export function apiProvider(rpc: RpcClient): { provider: Provider; failed: Promise<never> } {
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const provider: Provider = {
    hasSubscriptions: false,
    isClonable: false,
    isConnected: true,
    clone: () => provider,
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    on: () => () => {},
    send: async <T>(method: string, params: unknown[]): Promise<T> => {
      try {
        return await rpc.request<T>(method, params);
      } catch (error) {
        if (error instanceof BittensorError && error.code === "chain/refused") throw error;
        fail(error);
        return await new Promise<never>(() => {});
      }
    },
    subscribe: () => Promise.reject(new TypeError("Cannot subscribe through this provider")),
    unsubscribe: () => Promise.reject(new TypeError("Cannot unsubscribe through this provider")),
  };
  return { provider, failed };
}
