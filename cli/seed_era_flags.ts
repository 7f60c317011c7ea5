/** The dotted flags of the Python package of 2021, understood as our own. */

/** Flags that have an equal here: `--wallet.name x` is `--wallet x`. */
const EQUALS: Readonly<Record<string, string>> = {
  "--wallet.name": "--wallet",
  "--wallet.hotkey": "--hotkey",
  "--wallet.path": "--wallet-path",
  "--subtensor.network": "--network",
  "--subtensor.chain_endpoint": "--network",
  "--axon.ip": "--listen",
  "--axon.port": "--port",
  "--dendrite.timeout": "--timeout",
  "--logging.debug": "--verbose",
  "--logging.trace": "--verbose",
};

/** Flags that ask for what happens anyway, or for what is not ours to choose. */
const IDLE_FLAGS = [
  "--logging.no_debug",
  "--dendrite.requires_grad",
  "--dendrite.no_requires_grad",
] as const;

/** The same, followed by a value. */
const IDLE_OPTIONS = [
  "--axon.max_workers",
  "--axon.maximum_concurrent_rpcs",
  "--dendrite.max_worker_threads",
  "--dendrite.max_active_receptors",
] as const;

const ALL: readonly string[] = [...Object.keys(EQUALS), ...IDLE_FLAGS, ...IDLE_OPTIONS];

/** Arguments in their modern spelling. */
export interface ModernArguments {
  readonly args: readonly string[];
  /** Dotted flags that were left out: they count for nothing here. */
  readonly ignored: readonly string[];
}

/**
 * The arguments, with each dotted flag in its modern spelling; what follows `--` is left as it is. As
 * in 2021, the beginning of a flag is enough, and an endpoint counts more than the name of a network.
 */
export function modernArguments(args: readonly string[]): ModernArguments {
  const end = args.indexOf("--");
  const flags = (end < 0 ? args : args.slice(0, end)).map(seedEraFlag);
  const hasEndpoint = flags.some((flag) => flag?.name === "--subtensor.chain_endpoint");
  const modern: string[] = [];
  const ignored: string[] = [];
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index];
    const idle = flag && (!(flag.name in EQUALS) ||
      hasEndpoint && flag.name === "--subtensor.network");
    if (flag === undefined) modern.push(args[index]!);
    else if (!idle) modern.push([EQUALS[flag.name], ...flag.value].join("="));
    else {
      ignored.push(flag.name);
      const takesValue = !IDLE_FLAGS.some((name) => name === flag.name);
      if (takesValue && flag.value.length === 0) index++;
    }
  }
  return { args: [...modern, ...args.slice(flags.length)], ignored };
}

interface SeedEraFlag {
  readonly name: string;
  /** What follows `=`, if there is one. */
  readonly value: readonly string[];
}

function seedEraFlag(arg: string): SeedEraFlag | undefined {
  const [start = "", ...rest] = arg.split("=");
  if (!/^--\w+\.\w/.test(start)) return undefined;
  const found = ALL.includes(start) ? [start] : ALL.filter((flag) => flag.startsWith(start));
  const value = rest.length === 0 ? [] : [rest.join("=")];
  return found.length === 1 ? { name: found[0]!, value } : undefined;
}
