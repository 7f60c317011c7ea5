/** Entry point of the command line. */

import { addQuickstart } from "./commands/quickstart.ts";
import { runProgram } from "./program.ts";

if (import.meta.main) Deno.exit(await runProgram(Deno.args, [addQuickstart]));
