/** What `deno compile` says that it embeds. */

/** See {@linkcode embeddedFiles}. */
export interface EmbeddedFiles {
  /** Whether a file is embedded. @param path From the root of the project. */
  has(path: string): boolean;
  /** Whether a package is. @param id Name and version, as Deno writes them. */
  hasPackage(id: string): boolean;
}

/** Reads the tree that `deno compile` prints, in which `folder/*` is all of a folder. */
export function embeddedFiles(listing: string): EmbeddedFiles {
  const files = new Set<string>();
  const path: string[] = [];
  for (
    const [, indent = "", name = ""] of listing.matchAll(
      /^((?:│ | {2})*)[├└]─[┬─] (.+?)(?: \(.*)?$/gm,
    )
  ) {
    path.splice(indent.length / 2, Infinity, name);
    files.add(path.join("/"));
  }
  const has = (path: string): boolean => {
    if (files.has(path)) return true;
    const folders = path.split("/").slice(0, -1).map((_, index, all) => all.slice(0, index + 1));
    return folders.some((folder) => files.has(`${folder.join("/")}/*`));
  };
  const packages = ".deno_compile_node_modules/localhost";
  return {
    has,
    hasPackage: (id) => {
      const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(id)!;
      return has(`${packages}/${name}/${version}/package.json`);
    },
  };
}
