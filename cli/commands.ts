/** The commands of `bt`. A command is loaded when it is called: `bt --help` loads none. */

import type { CommandEntry } from "./program.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "quickstart",
    summary: "bring up a network on this machine, query it, and take it down",
    load: async () => (await import("./commands/quickstart.ts")).quickstartCommand,
  },
];
