/** Runs a scenario, and kills itself at the change of files whose number it gets. */

import { watchFileOperations } from "./file_operations.ts";
import { SCENARIOS } from "./wallet_scenarios.ts";

const [name = "", path = "", last = ""] = Deno.args;
const scenario = SCENARIOS[name]!;
using operations = watchFileOperations("changes", ({ number, doHalf }) => {
  if (number !== Number(last)) return;
  doHalf();
  Deno.kill(Deno.pid, "SIGKILL");
});
await scenario.run(path);
console.log(operations.count());
