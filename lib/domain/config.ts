/** Where settings come from: arguments, the environment, and the config file of the user. */

import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { BittensorError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import {
  SETTING_NAMES,
  type SettingName,
  settingName,
  SETTINGS,
  settingValue,
} from "./settings.ts";

/** A setting, and where it comes from. */
export interface Setting {
  readonly name: SettingName;
  readonly value: string;
  readonly source: "argument" | "environment" | "file" | "default";
  /** The variable of the environment, or the path of the config file. */
  readonly origin?: string | undefined;
}

/** Where to look for settings. */
export interface ConfigOptions {
  /** The config file. @default what `BT_CONFIG` names, else `~/.bittensor/config.json` */
  readonly path?: string | undefined;
}

/** Values of settings, as a config file holds them. */
export type Config = Readonly<Partial<Record<SettingName, string>>>;

/** Variable of the environment that names another config file. */
const CONFIG_VARIABLE = "BT_CONFIG";

/** Permission bits of the config file: it holds no secret. */
const FILE_MODE = 0o644;

/**
 * Finds a setting: an argument counts most, then the environment, then the config file, and at last
 * the default.
 *
 * Environment and file are left out where the program has no permission to read them: a script that
 * says all it needs runs without asking.
 *
 * @param argument What the caller was told.
 * @throws {BittensorError} `config/invalid-setting` if the value that counts is none;
 * `config/malformed` if the config file cannot be read.
 *
 * @example Which network counts, and why
 * ```ts
 * import { findSetting } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const { value, source } = await findSetting("network", "finney");
 * assert.deepEqual([value, source], ["finney", "argument"]);
 * ```
 */
export async function findSetting(
  name: SettingName,
  argument?: string,
  options: ConfigOptions = {},
): Promise<Setting> {
  if (argument !== undefined) {
    return { name, value: settingValue(name, argument, "the argument"), source: "argument" };
  }
  const { variable, default: fallback } = SETTINGS[name];
  const set = await readVariable(variable);
  if (set !== undefined) {
    const value = settingValue(name, set, variable);
    return { name, value, source: "environment", origin: variable };
  }
  const path = await configPath(options);
  const value = path === undefined ? undefined : (await readConfig(path))[name];
  if (value !== undefined) return { name, value, source: "file", origin: path };
  return { name, value: fallback, source: "default" };
}

/**
 * Writes a setting into the config file, which a crash at any moment leaves whole; the other settings
 * stay.
 *
 * @param value The new value; undefined takes the setting out of the file.
 * @returns the path of the file.
 * @throws {BittensorError} `config/invalid-setting`, before the file is touched; `config/malformed` if
 * it cannot be read; `config/no-path` if nobody says where it is.
 *
 * @example Another network for all programs of this user
 * ```ts
 * import { findSetting, writeSetting } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/config.json`;
 * await writeSetting("timeout", "5", { path });
 * assert.equal((await findSetting("timeout", undefined, { path })).value, "5");
 * await Deno.remove(path);
 * ```
 */
export async function writeSetting(
  name: SettingName,
  value: string | undefined,
  options: ConfigOptions = {},
): Promise<string> {
  if (value !== undefined) settingValue(name, value, "the new value");
  const path = await configPath(options);
  if (path === undefined) {
    throw new BittensorError("config/no-path", "Cannot find the folder of the config file", {
      hint: `name the file in ${CONFIG_VARIABLE}, or allow to look the home directory up`,
    });
  }
  const config = { ...await readConfig(path), [name]: value };
  const text = `${JSON.stringify(config, undefined, 2)}\n`;
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = { mode: FILE_MODE, overwrite: true };
  await writeFileAtomic(await behindLinks(path), new TextEncoder().encode(text), file);
  return path;
}

/** Where the config file is; undefined if the program may not know. */
export async function configPath({ path }: ConfigOptions = {}): Promise<string | undefined> {
  const named = path ?? await readVariable(CONFIG_VARIABLE);
  if (named !== undefined) return named;
  if (!await isGranted({ name: "sys", kind: "homedir" })) return undefined;
  return join(homedir(), ".bittensor", "config.json");
}

/**
 * The settings of a config file: a JSON object. None if there is no such file, or the program may not
 * read it.
 *
 * @throws {BittensorError} `config/malformed` if it is something else, or holds a setting that does
 * not exist; `config/invalid-setting`.
 */
export async function readConfig(path: string): Promise<Config> {
  if (!await isGranted({ name: "read", path })) return {};
  try {
    return parseConfig(await Deno.readTextFile(path), path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return {};
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    throw new BittensorError("config/malformed", `Cannot read ${path}: ${cause.message}`, {
      cause,
      hint: `write a JSON object such as {"network": "local"}; its names can be ` +
        SETTING_NAMES.join(", "),
    });
  }
}

function parseConfig(text: string, path: string): Config {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new TypeError("it is no object");
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]: [string, unknown]) => {
      if (!SETTING_NAMES.some((name) => name === key)) {
        throw new TypeError(`it has no use for ${key}`);
      }
      if (typeof value !== "string" && typeof value !== "number") {
        throw new TypeError(`${key} is neither text nor a number`);
      }
      const name = settingName(key);
      return [name, settingValue(name, String(value), `${key} in ${path}`)];
    }),
  );
}

/** A file that is a link is written where the link leads to, so that it stays one. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

async function readVariable(variable: string): Promise<string | undefined> {
  if (!await isGranted({ name: "env", variable })) return undefined;
  // What is set to nothing is not set.
  return Deno.env.get(variable) || undefined;
}

async function isGranted(permission: Deno.PermissionDescriptor): Promise<boolean> {
  return (await Deno.permissions.query(permission)).state === "granted";
}
