/** The settings of a user: what they are called, what counts as a value, and what counts without one. */

import { BittensorError } from "../base/errors.ts";

/** What is known about a setting. */
interface SettingKind {
  /** Its name in the environment. */
  readonly variable: string;
  /** What counts when nobody says anything. */
  readonly default: string;
  /** What a value must be. */
  readonly expected: string;
  readonly accepts: (value: string) => boolean;
}

const isText = (value: string) => /\S/.test(value);

/** Names of the settings, as the config file has them. */
export const SETTING_NAMES = ["network", "wallet", "hotkey", "walletPath", "timeout"] as const;

/** Name of a setting. */
export type SettingName = typeof SETTING_NAMES[number];

/** The settings; the names in the environment are those that other Bittensor tools read. */
export const SETTINGS: Readonly<Record<SettingName, SettingKind>> = {
  network: {
    variable: "BT_NETWORK",
    default: "local",
    expected: "a network by name, or the URL of a node",
    accepts: isText,
  },
  wallet: {
    variable: "BT_WALLET_NAME",
    default: "default",
    expected: "the name of a wallet",
    accepts: isText,
  },
  hotkey: {
    variable: "BT_WALLET_HOTKEY",
    default: "default",
    expected: "the name of a hotkey",
    accepts: isText,
  },
  walletPath: {
    variable: "BT_WALLET_PATH",
    default: "~/.bittensor/wallets",
    expected: "a folder",
    accepts: isText,
  },
  timeout: {
    variable: "BT_TIMEOUT",
    default: "20",
    expected: "seconds, more than 0",
    accepts: (value) => /^\d+(\.\d+)?$/.test(value) && Number(value) > 0,
  },
};

/**
 * Checks the name of a setting.
 *
 * @throws {BittensorError} `config/unknown-setting`.
 */
export function settingName(text: string): SettingName {
  const known = SETTING_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new BittensorError("config/unknown-setting", `There is no setting ${text}`, {
    hint: `the settings are ${SETTING_NAMES.join(", ")}`,
  });
}

/**
 * Checks the value of a setting.
 *
 * @param from Where it was found, for the error.
 * @throws {BittensorError} `config/invalid-setting`.
 */
export function settingValue(name: SettingName, value: string, from: string): string {
  const { accepts, expected } = SETTINGS[name];
  if (accepts(value)) return value;
  throw new BittensorError(
    "config/invalid-setting",
    `Cannot use ${JSON.stringify(value)} as ${name}: ${from} should be ${expected}`,
    { hint: `pass ${expected}, such as ${SETTINGS[name].default}` },
  );
}
