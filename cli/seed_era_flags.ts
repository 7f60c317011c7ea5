/** The dotted flags of the Python package of 2021, understood as our own. */

/** Flags that have an equal here: `--wallet.name x` is `--wallet x`. */
const FLAGS: Readonly<Record<string, string>> = {
  "--wallet.name": "--wallet",
  "--wallet.hotkey": "--hotkey",
  "--wallet.path": "--wallet-path",
  "--subtensor.network": "--network",
  "--subtensor.chain_endpoint": "--network",
  "--axon.ip": "--host",
  "--axon.port": "--port",
  "--dendrite.timeout": "--timeout",
  "--logging.debug": "--verbose",
};

/** The arguments, with each dotted flag in its modern spelling; what follows `--` is left as it is. */
export function modernFlags(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const flags = end < 0 ? args.length : end;
  return args.map((arg, index) => index < flags ? modernFlag(arg) : arg);
}

function modernFlag(arg: string): string {
  const [flag = "", ...value] = arg.split("=");
  const modern = FLAGS[flag];
  return modern === undefined ? arg : [modern, ...value].join("=");
}
