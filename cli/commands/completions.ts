/** `bt completions`: a script that completes commands and options in a shell. */

import { Argument, type ConfigureCommand } from "../program.ts";
import { completionScript, SHELLS } from "../view/completions.ts";

export const completionsCommand: ConfigureCommand = (command, context) => {
  command
    .addArgument(new Argument("<shell>", "the shell to complete in").choices(SHELLS))
    .addHelpText(
      "after",
      "\nbash: source <(bt completions bash)\nzsh:  source <(bt completions zsh)\n" +
        "fish: bt completions fish | source",
    )
    .action(async (shell) => {
      const script = completionScript(shell, await context.commandTree());
      context.print(script);
      context.finish({ shell, script });
    });
};
