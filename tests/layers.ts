/** Who may import whom: the rules of docs/architecture.md, read off the import statements. */

import { dirname, join, normalize } from "node:path";

/** Rooms by storey: values are imported from a lower storey, or from the same room. */
const STOREYS: readonly (readonly string[])[] = [
  ["base"],
  ["domain"],
  ["wire", "wallet", "chain", "text", "onnx"],
  ["axon", "dendrite", "metagraph"],
  ["neuron", "devchain", "display"],
  ["localnet"],
  ["mod.ts"],
  ["cli"],
];

/** Rooms that know less than their storey would allow. */
const KNOWS_ONLY: Readonly<Record<string, readonly string[]>> = {
  onnx: ["base"],
  devchain: ["base", "domain"],
  cli: ["base", "mod.ts"],
};

/** Each heavy package has one importing file per room that needs it. */
const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  "@polkadot/api": ["lib/chain/polkadot.ts"],
  "@grpc/grpc-js": ["lib/wire/grpc.ts"],
  "onnxruntime-node": ["lib/onnx/runtime.ts"],
  "onnxruntime-common": ["lib/base/tensor.ts"],
  "libsodium-wrappers-sumo": ["lib/wallet/sodium.ts"],
  "@inquirer/prompts": ["lib/wallet/prompt.ts", "cli/view/prompts.ts"],
  "numpy-ts": ["lib/metagraph/arrays.ts"],
  "@observablehq/plot": ["lib/metagraph/figure.ts"],
  "linkedom": ["lib/metagraph/figure.ts"],
  "gpt-tokenizer": ["lib/text/tokenizer.ts"],
  "@logtape/logtape": ["lib/base/log.ts"],
  "@commander-js/extra-typings": ["cli/program.ts"],
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Every breach of the rules in these sources, as sentences; paths are relative to the root. */
export function layerViolations(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const values = new Map<string, string[]>();
  for (const [file, source] of sources) {
    const targets: string[] = [];
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (typeOnly) continue;
      if (!specifier.startsWith(".")) {
        found.push(...adapterViolation(file, specifier));
        continue;
      }
      const target = normalize(join(dirname(file), specifier));
      targets.push(target);
      found.push(...roomViolation(file, target));
    }
    values.set(file, targets);
  }
  return [...found, ...cycles(values)];
}

function importsOf(source: string): Import[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^;"'`]*?\sfrom\s+)?["']([^"']+)["']/gm,
  );
  const dynamic = code.matchAll(/\bimport\(\s*["']([^"']+)["']/g);
  const workers = code.matchAll(/new URL\(\s*["'](\.[^"']+)["'],\s*import\.meta\.url/g);
  return [
    ...Array.from(statements, ([, type, specifier = ""]) => ({ specifier, typeOnly: !!type })),
    ...Array.from([...dynamic, ...workers], ([, specifier = ""]) => ({
      specifier,
      typeOnly: false,
    })),
  ];
}

function roomOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return first === "lib" ? second : first;
}

function roomViolation(file: string, target: string): string[] {
  const from = roomOf(file);
  const to = roomOf(target);
  // The version of the project is data, and stands in its configuration.
  if (from === to || to === "deno.json") return [];
  if (to === "proto") {
    return from === "wire" || from === "onnx"
      ? []
      : [`${file} imports ${target}: only wire and onnx read generated messages`];
  }
  const allowed = KNOWS_ONLY[from];
  if (allowed && !allowed.includes(to)) {
    return [`${file} imports ${target}: ${from} knows only ${allowed.join(" and ")}`];
  }
  return storeyOf(to) < storeyOf(from)
    ? []
    : [`${file} imports ${target}: ${from} is not above ${to}`];
}

function storeyOf(room: string): number {
  const storey = STOREYS.findIndex((rooms) => rooms.includes(room));
  if (storey < 0) throw new Error(`The room ${room} has no storey: add it to tests/layers.ts`);
  return storey;
}

function adapterViolation(file: string, specifier: string): string[] {
  const [name] = Object.keys(ADAPTERS).filter((key) =>
    specifier === key || specifier.startsWith(`${key}/`)
  );
  if (name === undefined || ADAPTERS[name]?.includes(file)) return [];
  return [`${file} imports ${specifier}: only ${ADAPTERS[name]?.join(", ")} may`];
}

/** Loops among value imports, each named once by its smallest file. */
function cycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.add(`import cycle: ${[...path.slice(start)].sort().join(", ")}`);
    } else if (!done.has(file)) {
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) visit(file, []);
  return [...found];
}
