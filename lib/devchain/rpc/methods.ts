/** Everything that the node answers. */

import type { DevNode } from "../node/dev_node.ts";
import { authorMethods } from "./author.ts";
import { chainMethods } from "./chain.ts";
import { controlMethods } from "./control.ts";
import { paymentMethods } from "./payment.ts";
import type { RpcMethod } from "./rpc_method.ts";
import { stateMethods } from "./state.ts";
import { storageMethods } from "./storage.ts";
import { systemMethods } from "./system.ts";

/**
 * All methods by name; `rpc_methods` lists them, itself included.
 *
 * @param withControl Whether clients may control the chain.
 */
export function createMethods(
  node: DevNode,
  { withControl }: { readonly withControl: boolean },
): ReadonlyMap<string, RpcMethod> {
  const methods = new Map(Object.entries({
    ...authorMethods(node),
    ...chainMethods(node),
    ...(withControl && controlMethods(node)),
    ...paymentMethods(node),
    ...stateMethods(node),
    ...storageMethods(node),
    ...systemMethods(node),
  }));
  const names = [...methods.keys(), "rpc_methods"].sort();
  return methods.set("rpc_methods", () => ({ version: 1, methods: names }));
}
