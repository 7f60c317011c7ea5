/** The checks of `bt doctor`: each tries something for real, and says what it found. */

import * as bittensor from "../mod.ts";
import { messageOf } from "../lib/base/errors.ts";
import type { CommandContext } from "./context.ts";
import { openSubtensor, openWallet, waitOptions, walletFolder } from "./session.ts";
import { VERSION } from "./version.ts";
import { counted } from "./view/plural.ts";

/** What a check found. */
export interface Check {
  readonly name: string;
  /** `failed` is for what was asked for; what only could be better is a `warning`. */
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
}

/** Where neurons listen unless told otherwise. */
const AXON_PORT = 8091;

/** Versions of what runs. */
export function checkVersions(): Check[] {
  const { deno, v8, typescript } = Deno.version;
  const detail =
    `bt ${VERSION}, Deno ${deno}, V8 ${v8}, TypeScript ${typescript}, ${Deno.build.target}`;
  return [{ name: "versions", status: "ok", detail }];
}

/** The permissions that commands need. */
export async function checkPermissions(): Promise<Check[]> {
  const missing: string[] = [];
  const partial: string[] = [];
  for (const name of ["read", "write", "net", "env", "sys", "ffi"] as const) {
    const { state, partial: some } = await Deno.permissions.query({ name });
    if (state === "granted") continue;
    (some ? partial : missing).push(name);
  }
  const parts = [
    missing.length > 0 ? `missing: ${missing.join(", ")}` : "",
    partial.length > 0 ? `in part: ${partial.join(", ")}` : "",
  ].filter((part) => part !== "");
  return [{
    name: "permissions",
    status: missing.includes("ffi") || missing.includes("read") ? "warning" : "ok",
    detail: parts.join("; ") || "all",
  }];
}

/** Every device, best first: each is tried with a small model. */
export async function checkDevices(asked: bittensor.DeviceChoice): Promise<Check[]> {
  try {
    const { device, passedOver } = await bittensor.chooseDevice(asked);
    return [
      { name: "device", status: "ok", detail: `${device} works, and is used` },
      ...passedOver.map(({ device, reason }): Check => ({
        name: `device ${device}`,
        status: "warning",
        detail: reason,
      })),
    ];
  } catch (error) {
    return [{ name: "device", status: "failed", detail: explain(error) }];
  }
}

/** The chain that the settings name, and this machine's clock against the chain's. */
export async function checkChain(context: CommandContext): Promise<Check[]> {
  const { network } = context.options;
  try {
    await using subtensor = await openSubtensor(context);
    const wait = await waitOptions(context);
    const state = await subtensor.at(undefined, wait);
    const ahead = await state.timestamp(wait) - Date.now();
    return [
      {
        name: "chain",
        status: "ok",
        detail: `${subtensor}, block ${state.block}, ${counted(state.n, "neuron")}`,
      },
      ahead > CLOCK_TOLERANCE_MS
        ? {
          name: "clock",
          status: "failed",
          detail: `${Math.round(ahead / 1000)} s behind the chain: signed requests will be refused`,
        }
        : {
          name: "clock",
          status: "ok",
          detail: `${new Date().toISOString()}, not behind the chain`,
        },
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    return [{
      name: "chain",
      status: network === undefined ? "warning" : "failed",
      detail: explain(error),
    }];
  }
}

/** A block may be as far in the future as nodes accept; no clock that is right is behind more. */
const CLOCK_TOLERANCE_MS = 30_000;

/** Whether an axon could listen. */
export function checkPort(port: number | undefined): Check[] {
  const wanted = port ?? AXON_PORT;
  const name = `port ${wanted}`;
  try {
    Deno.listen({ hostname: "0.0.0.0", port: wanted }).close();
    return [{ name, status: "ok", detail: "free for an axon" }];
  } catch (error) {
    const status = port === undefined ? "warning" : "failed";
    return [{ name, status, detail: `an axon cannot listen: ${messageOf(error)}` }];
  }
}

/** The wallet that the settings name, and what is wrong with others beside it. */
export async function checkWallets(context: CommandContext): Promise<Check[]> {
  const path = await walletFolder(context);
  const { name } = await openWallet(context);
  const wallets = await bittensor.listWallets({ path });
  const checks = wallets.flatMap((wallet) => problemsOf(wallet, context.options.wallet));
  if (wallets.some((wallet) => wallet.name === name)) {
    return [...checks, { name: "wallet", status: "ok", detail: `${name} in ${path}` }];
  }
  const status = context.options.wallet === undefined ? "warning" : "failed";
  const detail = `no wallet ${name} in ${path}: create one with \`bt wallet create\``;
  return [...checks, { name: "wallet", status, detail }];
}

function problemsOf(wallet: bittensor.WalletInfo, asked: string | undefined): Check[] {
  const problems = [
    wallet.problem,
    wallet.coldkey?.problem,
    ...wallet.hotkeys.map((key) => key.problem),
  ];
  return problems.filter((problem) => problem !== undefined).map((problem) => ({
    name: `wallet ${wallet.name}`,
    status: wallet.name === asked ? "failed" : "warning",
    detail: explain(problem),
  }));
}

function explain(error: unknown): string {
  if (!(error instanceof bittensor.BittensorError)) return messageOf(error);
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}
