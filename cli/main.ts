/** Entry point of the command line. */

import { COMMANDS } from "./commands.ts";
import { runProgram } from "./program.ts";

if (import.meta.main) Deno.exit(await runProgram(Deno.args, COMMANDS));
