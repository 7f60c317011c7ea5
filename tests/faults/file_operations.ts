/** Counts what a program does to files, so that a test can end or fail it at each step. */

/** Operations that change what others see, and those that wait for the disk or a lock. */
const CHANGES = ["open", "mkdir", "rename", "link", "remove"] as const;
const FILE_CHANGES = ["write"] as const;
const FILE_WAITS = ["sync", "lock"] as const;

/** An operation of this process. */
export interface FileOperation {
  /** From 1 on. */
  readonly number: number;
  /** Does half of it, if it is a write. */
  doHalf(): void;
}

/**
 * Tells of each operation before it runs, until it is disposed of.
 *
 * @param kind Whether operations count that change nothing.
 */
export function watchFileOperations(
  kind: "changes" | "all",
  onOperation: (operation: FileOperation) => void,
): Disposable & { count(): number } {
  const restore = new DisposableStack();
  let count = 0;
  const watch = (owner: object, name: string) => {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== "function") return;
    restore.defer(() => void Reflect.set(owner, name, original));
    Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
      if (kind === "all" || !isReading(name, values)) {
        const [bytes] = values;
        const doHalf = () => {
          if (this instanceof Deno.FsFile && bytes instanceof Uint8Array) {
            this.writeSync(bytes.subarray(0, bytes.length >> 1));
          }
        };
        onOperation({ number: ++count, doHalf });
      }
      return Reflect.apply(original, this, values);
    });
  };
  for (const name of CHANGES) watch(Deno, name);
  for (const name of FILE_CHANGES) watch(Deno.FsFile.prototype, name);
  if (kind === "all") { for (const name of FILE_WAITS) watch(Deno.FsFile.prototype, name); }
  return { count: () => count, [Symbol.dispose]: () => restore.dispose() };
}

/** Whether a file is opened to be read. */
function isReading(name: string, [, options]: readonly unknown[]): boolean {
  return name === "open" && JSON.stringify(options) === '{"read":true}';
}
