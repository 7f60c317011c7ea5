/** Exit codes of the program; docs/cli.md lists them for scripts. */

export const ExitCode = {
  Success: 0,
  /** Something went wrong that has no code of its own. */
  Failure: 1,
  /** The command line is not understood. */
  Usage: 2,
  /** It was not agreed to: nothing was done. */
  Declined: 3,
  /** A wallet, key, neuron or file that was named does not exist. */
  NotFound: 4,
  /** The chain cannot be reached, or does not answer in time. */
  Unreachable: 5,
  /** The chain refuses an extrinsic. */
  Refused: 6,
  /** A key cannot be opened: wrong password, or none to be had. */
  Locked: 7,
  /** Ctrl-C: 128 + the number of the signal. */
  Interrupted: 130,
  Terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
