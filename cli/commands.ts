/** The commands of `bt`. A command is loaded when it is called: `bt --help` loads none. */

import type { CommandEntry } from "./program.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "quickstart",
    summary: "bring up a network on this machine, query it, and take it down",
    load: async () => (await import("./commands/quickstart.ts")).quickstartCommand,
  },
  {
    name: "devchain",
    summary: "run a chain of your own, until Ctrl-C",
    load: async () => (await import("./commands/devchain.ts")).devchainCommand,
  },
  {
    name: "up",
    summary: "bring up a network on this machine and watch it, until Ctrl-C",
    load: async () => (await import("./commands/up.ts")).upCommand,
  },
  {
    name: "wallet",
    summary: "make, list and restore keys",
    load: async () => (await import("./commands/wallet.ts")).walletCommand,
  },
  {
    name: "metagraph",
    summary: "show the neurons of a network",
    load: async () => (await import("./commands/metagraph.ts")).metagraphCommand,
  },
  {
    name: "neuron",
    summary: "show one neuron",
    load: async () => (await import("./commands/neuron.ts")).neuronCommand,
  },
  {
    name: "query",
    summary: "send a text to neurons",
    load: async () => (await import("./commands/query.ts")).queryCommand,
  },
  {
    name: "serve",
    summary: "answer requests with a model, until Ctrl-C",
    load: async () => (await import("./commands/serve.ts")).serveCommand,
  },
  {
    name: "subscribe",
    summary: "tell the network where a neuron listens",
    load: async () => (await import("./commands/subscribe.ts")).subscribeCommand,
  },
  {
    name: "weights",
    summary: "show or set the weights of a neuron",
    load: async () => (await import("./commands/weights.ts")).weightsCommand,
  },
  {
    name: "stake",
    summary: "add, remove or show stake",
    load: async () => (await import("./commands/stake.ts")).stakeCommand,
  },
  {
    name: "transfer",
    summary: "send tao to an account",
    load: async () => (await import("./commands/transfer.ts")).transferCommand,
  },
  {
    name: "config",
    summary: "show or change settings",
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
  {
    name: "doctor",
    summary: "check that what the toolkit needs is there, and works",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "completions",
    summary: "write a script that completes commands in bash, zsh or fish",
    load: async () => (await import("./commands/completions.ts")).completionsCommand,
  },
];
