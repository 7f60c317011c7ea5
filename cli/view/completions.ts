/** Completion scripts for shells: they know all commands and options, and start no program. */

import type { CommandNode } from "../command_tree.ts";

/** Shells that we write scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that completes `program` in a shell. */
export function completionScript(shell: Shell, program: CommandNode): string {
  return SCRIPTS[shell](program);
}

const SCRIPTS: Readonly<Record<Shell, (program: CommandNode) => string>> = { bash, zsh, fish };

/** A command, and the words that lead to it: none for the program itself. */
interface Place {
  readonly path: readonly string[];
  readonly command: CommandNode;
}

function places(command: CommandNode, path: readonly string[] = []): Place[] {
  const below = command.commands.flatMap((sub) => places(sub, [...path, sub.name]));
  return [{ path, command }, ...below];
}

function bash(program: CommandNode): string {
  const all = places(program);
  const known = all.slice(1).map(({ path }) => `" ${path.join(" ")}"`).join("|");
  const cases = all.map(({ path, command }) => {
    const words = [
      ...command.commands.map(({ name }) => name),
      ...[...command.options, ...program.options].map(({ flag }) => flag),
    ];
    return `    "${path.map((word) => ` ${word}`).join("")}") words="${words.join(" ")}" ;;`;
  });
  return `_bt() {
  local path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${known}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _bt bt
`;
}

function zsh(program: CommandNode): string {
  const all = places(program);
  const known = all.slice(1).map(({ path }) => `" ${path.join(" ")}"`).join("|");
  const cases = all.map(({ path, command }) => {
    const items = [
      ...command.commands.map(({ name, summary }) => describe(name, summary)),
      ...[...command.options, ...program.options].map(({ flag, summary }) =>
        describe(flag, summary)
      ),
    ];
    const label = path.map((word) => ` ${word}`).join("");
    return `    "${label}") items=(${items.join(" ")}) ;;`;
  });
  return `#compdef bt
_bt() {
  local where="" word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$where $word" in
      ${known}) where="$where $word" ;;
    esac
  done
  case "$where" in
${cases.join("\n")}
  esac
  _describe command items || _files
}
if [[ $funcstack[1] == _bt ]]; then _bt "$@"; else compdef _bt bt; fi
`;
}

function fish(program: CommandNode): string {
  const lines = places(program).flatMap(({ path, command }) => {
    const condition = path.length === 0
      ? "__fish_use_subcommand"
      : path.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const commands = command.commands.map(({ name, summary }) =>
      `complete -c bt -n '${condition}' -f -a ${name} -d ${quote(summary)}`
    );
    const options = command.options.map(({ flag, summary }) => {
      const where = path.length === 0 ? "" : `-n '${condition}' `;
      return `complete -c bt ${where}-l ${flag.slice(2)} -d ${quote(summary)}`;
    });
    return [...commands, ...options];
  });
  return `${lines.join("\n")}\n`;
}

function describe(word: string, summary: string): string {
  return quote(`${word}:${summary.replaceAll(":", "\\:")}`);
}

/** A word in single quotes, as all three shells read it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
