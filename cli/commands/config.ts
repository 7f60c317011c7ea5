/** `bt config`: the settings that count where no option names them. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, InvalidArgumentError, readBy } from "../program.ts";
import { findSetting } from "../session.ts";
import { similarName } from "../similar.ts";
import { formatTable } from "../view/table.ts";

export const configCommand: ConfigureCommand = (command, context) => {
  const { SETTING_NAMES } = bittensor;
  const names = `one of ${SETTING_NAMES.join(", ")}`;
  command.command("get")
    .description("show settings, and where each comes from")
    .argument("[name]", `${names} (default: all)`, readName)
    .action((name) => showSettings(name === undefined ? SETTING_NAMES : [name], context));
  command.command("set")
    .description("write a setting into the config file")
    .argument("<name>", names, readName)
    .argument("<value>", "its value")
    .action((name, value) => writeSetting(name, value, context));
  command.command("unset")
    .description("take a setting out of the config file")
    .argument("<name>", names, readName)
    .action((name) => writeSetting(name, undefined, context));
  command.command("path")
    .description("show where the config file is")
    .action(() => showPath(context));
};

/** The setting of this name; a name that is nearly right gets a better answer. */
function readName(text: string): bittensor.SettingName {
  const names: readonly string[] = bittensor.SETTING_NAMES;
  const meant = names.includes(text) ? undefined : similarName(text, names);
  if (meant === undefined) return readBy(bittensor.settingName)(text);
  throw new InvalidArgumentError(`Did you mean ${meant}?`);
}

async function showSettings(
  names: readonly bittensor.SettingName[],
  context: CommandContext,
): Promise<void> {
  const settings = await Promise.all(names.map((name) => findSetting(name, context)));
  const rows = settings.map(({ name, value, source, origin }) => [
    name,
    value,
    origin === undefined ? source : `${source} (${origin})`,
  ]);
  context.print(formatTable(["setting", "value", "comes from"], rows));
  context.finish({ settings });
}

async function writeSetting(
  name: bittensor.SettingName,
  value: string | undefined,
  context: CommandContext,
): Promise<void> {
  if (name === "network" && value !== undefined) bittensor.findNetwork(value);
  const path = await bittensor.configPath({ path: context.options.config });
  const plan = {
    action: value === undefined ? `Unset ${name}` : `Set ${name} to ${value}`,
    details: { file: path ?? "" },
  };
  if (!await context.agree(plan, { ask: false })) return;
  const written = await bittensor.writeSetting(name, value, { path });
  context.print(`${plan.action} in ${written}.`);
  context.finish({ name, value: value ?? null, path: written });
}

async function showPath(context: CommandContext): Promise<void> {
  const path = await bittensor.configPath({ path: context.options.config });
  context.print(path ?? "nowhere: the home directory may not be looked up");
  context.finish({ path: path ?? null });
}
