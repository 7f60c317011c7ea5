/** Settings of the user: from the environment, and from a file. */

import { homedir } from "node:os";
import { join } from "node:path";
import { BittensorError } from "../base/errors.ts";

/** Names of the settings, as in the file; in the environment `network` is `BT_NETWORK`. */
export type SettingName = "network";

/** A setting, and where it comes from. */
export interface Setting {
  readonly value: string;
  readonly source: "argument" | "environment" | "file" | "default";
}

/** Variable of the environment that names another config file. */
const CONFIG_VARIABLE = "BT_CONFIG";

/** What counts when nobody says anything. */
const DEFAULTS: Readonly<Record<SettingName, string>> = { network: "local" };

/**
 * Finds a setting: an argument counts most, then the environment, then the config file, and at last
 * the default.
 *
 * The file is `~/.bittensor/config.json`, or what `BT_CONFIG` names: a JSON object with a string for
 * each setting. Environment and file are left out where the program has no permission to read them:
 * a script that says all it needs runs without asking.
 *
 * @throws {BittensorError} `config/malformed` if the file is no such object.
 */
export async function findSetting(name: SettingName, argument?: string): Promise<Setting> {
  if (argument !== undefined) return { value: argument, source: "argument" };
  const variable = await readVariable(`BT_${name.toUpperCase()}`);
  if (variable !== undefined) return { value: variable, source: "environment" };
  const path = await configPath();
  const value = path === undefined ? undefined : await readFromFile(path, name);
  if (value !== undefined) return { value, source: "file" };
  return { value: DEFAULTS[name], source: "default" };
}

/** Where the config file is; undefined if the program may not know. */
export async function configPath(): Promise<string | undefined> {
  const named = await readVariable(CONFIG_VARIABLE);
  if (named !== undefined) return named;
  if (!await isGranted({ name: "sys", kind: "homedir" })) return undefined;
  return join(homedir(), ".bittensor", "config.json");
}

async function readVariable(variable: string): Promise<string | undefined> {
  if (!await isGranted({ name: "env", variable })) return undefined;
  // What is set to nothing is not set.
  return Deno.env.get(variable) || undefined;
}

async function readFromFile(path: string, name: SettingName): Promise<string | undefined> {
  if (!await isGranted({ name: "read", path })) return undefined;
  try {
    const value = parseConfig(await Deno.readTextFile(path))[name];
    if (value === undefined || typeof value === "string") return value;
    throw new TypeError(`${name} is no string`);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    throw new BittensorError("config/malformed", `Cannot read ${path}: ${cause.message}`, {
      cause,
      hint: 'write a JSON object with strings, such as {"network": "local"}',
    });
  }
}

function parseConfig(text: string): Partial<Record<string, unknown>> {
  const config: unknown = JSON.parse(text);
  if (typeof config === "object" && config !== null) return { ...config };
  throw new TypeError("it is no object");
}

async function isGranted(permission: Deno.PermissionDescriptor): Promise<boolean> {
  return (await Deno.permissions.query(permission)).state === "granted";
}
