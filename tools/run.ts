/** Other programs, run to their end. */

/** What a program left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** See {@linkcode run}. */
export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether another exit code than 0 is returned too, not thrown. @default {false} */
  readonly mayFail?: boolean | undefined;
}

/** Runs a program without standard input. @throws {Error} If it fails. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env, mayFail = false }: RunOptions = {},
): Promise<Finished> {
  const command = new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const finished = { code, stdout: decode(stdout), stderr: decode(stderr) };
  if (code !== 0 && !mayFail) {
    throw new Error(`${program} ${args.join(" ")}\nended with ${code}\n${finished.stderr}`);
  }
  return finished;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
