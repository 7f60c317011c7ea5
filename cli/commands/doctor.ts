/** `bt doctor`: whether what the toolkit needs is there, and works. */

import { BittensorError } from "../../lib/base/errors.ts";
import type { DeviceChoice } from "../../mod.ts";
import {
  type Check,
  checkChain,
  checkDevices,
  checkPermissions,
  checkPort,
  checkVersions,
  checkWallets,
} from "../checks.ts";
import type { CommandContext } from "../context.ts";
import { type ConfigureCommand, Option, wholeNumber } from "../program.ts";
import { DEVICES } from "./serve.ts";

/** Signs that read the same without colours. */
const SIGNS = { ok: "✓", warning: "!", failed: "✗" } as const;

export const doctorCommand: ConfigureCommand = (command, context) => {
  command
    .addOption(
      new Option("--device <device>", "a device that must work").choices(DEVICES)
        .default("auto" as const),
    )
    .option(
      "--port <port>",
      "a port that must be free (default: tries 8091)",
      wholeNumber(1, 65_535),
    )
    .action((options) => doctor(options, context));
};

async function doctor(
  { device, port }: { readonly device: DeviceChoice; readonly port?: number | undefined },
  context: CommandContext,
): Promise<void> {
  const checks: Check[] = [];
  const show = (found: readonly Check[]) => {
    checks.push(...found);
    for (const { name, status, detail } of found) {
      context.print(`${SIGNS[status]} ${name}: ${detail}`);
    }
  };
  show(checkVersions());
  show(await checkPermissions());
  show(await checkDevices(device));
  show(await checkChain(context));
  show(checkPort(port));
  show(await checkWallets(context));
  context.finish({ checks });
  const failed = checks.filter(({ status }) => status === "failed").map(({ name }) => name);
  if (failed.length === 0) return;
  throw new BittensorError("cli/unhealthy", `Does not work: ${failed.join(", ")}`, {
    hint: "the lines above say what is missing",
  });
}
