/** RPC `dev_*`: what the operator of a development chain can do. No other node has these methods. */

import { BittensorError } from "../../base/errors.ts";
import { chainControl } from "../control/chain_control.ts";
import type { ChainState } from "../control/chain_state.ts";
import { checkedSealMode } from "../control/seal_mode.ts";
import type { DevNode } from "../node/dev_node.ts";
import type { Params } from "./params.ts";
import { invalidParams } from "./rpc_error.ts";
import type { RpcMethod, RpcMethods } from "./rpc_method.ts";

/** The methods of this namespace; each answers with the hash of the best block if nothing else. */
export function controlMethods(node: DevNode): RpcMethods {
  const control = chainControl(node);
  const doing = (work: (params: Params) => void | Promise<void>): RpcMethod => async (params) => {
    try {
      await work(params);
    } catch (error) {
      throw refusal(error);
    }
    return node.best.hash;
  };
  return {
    dev_mine: doing((params) => control.mine(params.has(0) ? params.number(0) : 1)),
    dev_setSeal: doing((params) => control.setSeal(checkedSealMode(params.value(0)))),
    dev_setTime: doing((params) => control.setTime(params.has(0) ? params.number(0) : undefined)),
    dev_setBalance: doing((params) => control.setBalance(params.text(0), params.text(1))),
    dev_snapshot: () => control.snapshot(),
    dev_revert: doing((params) => control.revert(params.hash(0))),
    dev_exportState: () => control.exportState(),
    // It is checked as it is read.
    dev_importState: doing((params) => control.importState(params.value(0) as ChainState)),
  };
}

/** What the client can do something about, as an answer. */
function refusal(error: unknown): unknown {
  if (error instanceof RangeError) return invalidParams(error.message);
  if (!(error instanceof BittensorError)) return error;
  const hint = error.hint === undefined ? "" : `; ${error.hint}`;
  return invalidParams(`${error.message}${hint}`);
}
