/** `bt wallet list`. */

import * as bittensor from "../../../mod.ts";
import type { ConfigureCommand } from "../../program.ts";
import { walletFolder } from "../../session.ts";
import { formatTable } from "../../view/table.ts";

export const listCommand: ConfigureCommand = (command, context) => {
  command.action(async () => {
    const path = await walletFolder(context);
    const wallets = await bittensor.listWallets({ path });
    const rows = wallets.flatMap(({ name, coldkey, hotkeys, problem }) => [
      [name, ...describe(coldkey), problemOf({ problem: problem ?? coldkey?.problem })],
      ...hotkeys.map((hotkey) => [`- ${hotkey.name}`, ...describe(hotkey), problemOf(hotkey)]),
    ]);
    const sound = rows.every((row) => row.at(-1) === "");
    const titles = ["wallet", "address", "encryption", "problem"];
    context.print(
      rows.length === 0 ? `No wallets in ${path}.` : formatTable(
        sound ? titles.slice(0, -1) : titles,
        rows.map((row) => sound ? row.slice(0, -1) : row),
      ),
    );
    context.finish({
      path,
      wallets: wallets.map(({ name, coldkey, hotkeys, problem }) => ({
        name,
        coldkey: coldkey === undefined ? null : keyOf(coldkey),
        hotkeys: hotkeys.map((hotkey) => ({ name: hotkey.name, ...keyOf(hotkey) })),
        problem: problem?.message ?? null,
      })),
    });
  });
};

function describe(key: bittensor.PublicKeyInfo | undefined): [address: string, encryption: string] {
  return [key?.address ?? "", key === undefined ? "" : key.encryption ?? "public part only"];
}

function problemOf({ problem }: Pick<bittensor.WalletInfo, "problem">): string {
  return problem?.message ?? "";
}

function keyOf({ address, encryption, problem }: bittensor.PublicKeyInfo) {
  return {
    address: address ?? null,
    encryption: encryption ?? null,
    problem: problem?.message ?? null,
  };
}
