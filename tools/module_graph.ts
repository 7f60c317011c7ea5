/** The modules of the program, as `deno info` finds them. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

/** The entry point of the program. */
export const ENTRY_POINT = "cli/main.ts";

/** Modules that run in threads of their own: nothing imports them. */
export const THREADS = ["lib/onnx/session_worker.ts", "lib/wallet/cipher_worker.ts"] as const;

/** See {@linkcode moduleGraph}. */
export interface ModuleGraph {
  /** Our own files, as paths from the root of the project, those with nothing but types included. */
  readonly files: readonly string[];
  /** Those of the files whose code is run. */
  readonly loaded: readonly string[];
  /** What is imported when it is needed: files of ours by path, packages as `npm:name@version`. */
  readonly lazy: readonly string[];
  /** Folders of the packages that our files import and that are more than types, by name and version. */
  readonly packages: ReadonlyMap<string, string>;
}

/** Every module that the program may load. @param root Folder of the project. */
export async function moduleGraph(root: string): Promise<ModuleGraph> {
  const files = new Set<string>();
  const loaded = new Set<string>([ENTRY_POINT, ...THREADS]);
  const lazy = new Set<string>();
  const packages = new Map<string, string>();
  for (const entry of [ENTRY_POINT, ...THREADS]) {
    const { stdout } = await run(Deno.execPath(), ["info", "--json", entry], { cwd: root });
    const info: Info = JSON.parse(stdout);
    for (const { specifier, npmPackage, dependencies = [] } of info.modules) {
      const folder = info.npmPackages[npmPackage ?? ""]?.localPath;
      if (npmPackage && folder && !npmPackage.startsWith("@types/")) {
        packages.set(npmPackage, folder);
      }
      if (specifier.startsWith("file:")) files.add(localPath(specifier, root));
      for (const { isDynamic, code } of dependencies) {
        if (!code?.specifier) continue;
        loaded.add(localPath(code.specifier, root));
        if (isDynamic) lazy.add(localPath(code.specifier, root));
      }
    }
  }
  return {
    files: [...files].sort(),
    loaded: [...files.intersection(loaded)].sort(),
    lazy: [...lazy].sort(),
    packages,
  };
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly npmPackage?: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
  readonly npmPackages: Readonly<Record<string, { readonly localPath: string }>>;
}

function localPath(specifier: string, root: string): string {
  if (!specifier.startsWith("file:")) return specifier;
  return relative(root, fileURLToPath(specifier)).replaceAll("\\", "/");
}
