/** The commands of the program as plain data: what completions are made of. */

/** A command, its options and its subcommands. */
export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  /** Long options, such as `--json`. */
  readonly options: readonly { readonly flag: string; readonly summary: string }[];
  readonly commands: readonly CommandNode[];
}

/** What {@linkcode commandTree} reads of commander's commands. */
export interface DescribedCommand {
  name(): string;
  description(): string;
  readonly options: readonly { readonly long?: string | undefined; readonly description: string }[];
  readonly commands: readonly DescribedCommand[];
}

/** Reads the tree off a program whose commands are loaded. */
export function commandTree(command: DescribedCommand): CommandNode {
  return {
    name: command.name(),
    summary: command.description(),
    options: command.options.flatMap(({ long, description }) =>
      long === undefined ? [] : [{ flag: long, summary: description }]
    ),
    commands: command.commands.map(commandTree),
  };
}
