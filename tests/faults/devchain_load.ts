/** A client that keeps a chain busy, and remembers what it was told. */

import assert from "node:assert/strict";
import { Keyring } from "@polkadot/keyring";
import { expandMetadata, Metadata, TypeRegistry } from "@polkadot/types";
import type { RuntimeVersion } from "@polkadot/types/interfaces";
import { cryptoWaitReady } from "@polkadot/util-crypto";
import { type Message, RpcSocket, SocketClosed } from "../devchain/rpc_socket.ts";

const ACCOUNTS = ["//Alice", "//Bob", "//Charlie", "//Dave"];

/** Extrinsics of an account that are submitted and not yet final. */
const IN_FLIGHT = 8;

/** Signs an extrinsic with this nonce. */
type Sign = (nonce: number) => string;

/** Who submits, by address; each signs every nonce once. */
export type Signers = ReadonlyMap<string, Sign>;

/** Signers for the chain at an endpoint, and for what becomes of it. */
export async function createSigners(endpoint: string): Promise<Signers> {
  await using rpc = await RpcSocket.open(endpoint);
  const registry = new TypeRegistry();
  const metadata = new Metadata(
    registry,
    await rpc.result("state_getMetadata") as `0x${string}`,
  );
  registry.setMetadata(metadata);
  const remark = expandMetadata(registry, metadata).tx.system!.remark!;
  const genesisHash = await rpc.result("chain_getBlockHash", 0) as string;
  const version = await rpc.result("state_getRuntimeVersion");
  const runtimeVersion = registry.createType<RuntimeVersion>("RuntimeVersion", version);
  await cryptoWaitReady();
  const keyring = new Keyring({ type: "sr25519" });
  return new Map(ACCOUNTS.map((uri) => {
    const pair = keyring.addFromUri(uri);
    return [
      pair.address,
      memoized((nonce) => {
        const call = remark(`${uri} ${nonce}`);
        const era = registry.createType("ExtrinsicEra");
        const options = { nonce, genesisHash, blockHash: genesisHash, runtimeVersion, era };
        return registry.createType("Extrinsic", call, { version: 4 }).sign(pair, options).toHex();
      }),
    ];
  }));
}

function memoized(sign: Sign): Sign {
  const signed = new Map<number, string>();
  return (nonce) => {
    const extrinsic = signed.get(nonce) ?? sign(nonce);
    signed.set(nonce, extrinsic);
    return extrinsic;
  };
}

/**
 * Submits extrinsics of all signers, some of each at a time, until the chain is gone.
 *
 * @param rpc An open connection to the chain: one that is still being opened would fail in another way.
 * @param acknowledged Gets every extrinsic that the chain said is final, with the hash of its block.
 */
export async function submitUntilGone(
  rpc: RpcSocket,
  signers: Signers,
  acknowledged: Map<string, string>,
): Promise<void> {
  try {
    await submitAlways(rpc, signers, acknowledged);
  } catch (error) {
    if (!(error instanceof SocketClosed)) throw error;
  }
}

async function submitAlways(
  rpc: RpcSocket,
  signers: Signers,
  acknowledged: Map<string, string>,
): Promise<never> {
  const requests: Submission[] = [];
  const subscriptions = new Map<string, Submission>();
  const submit = ({ sign, nonce }: Submission) => {
    const id = requests.push({ sign, nonce }) - 1;
    const [method, params] = ["author_submitAndWatchExtrinsic", [sign(nonce)]];
    rpc.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  };
  const next = new Map<string, number>();
  for (const address of signers.keys()) {
    next.set(address, await rpc.result("system_accountNextIndex", address) as number);
  }
  for (const [address, sign] of signers) {
    for (let ahead = 0; ahead < IN_FLIGHT; ahead++) {
      submit({ sign, nonce: next.get(address)! + ahead });
    }
  }
  while (true) {
    const { id, params, result, error } = await rpc.next() as Message;
    assert.equal(error, undefined);
    if (typeof id === "number") subscriptions.set(result as string, requests[id]!);
    const status = params?.result;
    if (typeof status !== "object" || status === null || !("finalized" in status)) continue;
    const { sign, nonce } = subscriptions.get(params!.subscription)!;
    acknowledged.set(sign(nonce), status.finalized as string);
    submit({ sign, nonce: nonce + IN_FLIGHT });
  }
}

interface Submission {
  readonly sign: Sign;
  readonly nonce: number;
}
