/** The version of the program, as `deno.json` states it. */

import config from "../deno.json" with { type: "json" };

export const VERSION: string = config.version;
