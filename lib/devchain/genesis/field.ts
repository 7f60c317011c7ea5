import type { BittensorError, BittensorErrorOptions } from "../../base/errors.ts";

/** Makes the error of a document: where it is wrong, and what is wrong there. */
export type DocumentError = (
  path: string,
  why: string,
  options: BittensorErrorOptions,
) => BittensorError;

/** Characters of a value that an error shows. */
const SHOWN = 60;

/** A value in a document that anybody may have written, with the way to it. */
export class Field {
  readonly value: unknown;
  readonly #error: DocumentError;
  readonly #parent: Field | undefined;
  readonly #key: string | number;

  /** @param error What to throw where the document is wrong. */
  constructor(value: unknown, error: DocumentError, parent?: Field, key: string | number = "") {
    this.value = value;
    this.#error = error;
    this.#parent = parent;
    this.#key = key;
  }

  /** The way to the value, such as `neurons[3].stake`; empty for the document itself. */
  get path(): string {
    if (this.#parent === undefined) return "";
    const above = this.#parent.path;
    if (typeof this.#key === "number") return `${above}[${this.#key}]`;
    if (!/^\w+$/.test(this.#key)) return `${above}[${JSON.stringify(this.#key)}]`;
    return above === "" ? this.#key : `${above}.${this.#key}`;
  }

  /** Whether the value was left out. */
  get isMissing(): boolean {
    return this.value === undefined;
  }

  /** The field with another value if it was left out. */
  or(value: unknown): Field {
    return this.isMissing ? new Field(value, this.#error, this.#parent, this.#key) : this;
  }

  /** Says what is wrong with the value. @throws {BittensorError} */
  fail(expected: string, hint?: string): never {
    const found = this.isMissing ? "is missing" : `is ${shown(this.value)}`;
    throw this.#error(this.path, `${found}: expected ${expected}`, { hint });
  }

  /** A part of the value, whatever that is. */
  at(key: string | number): Field {
    const parts = Object(this.value) as Readonly<Record<string | number, unknown>>;
    return new Field(Object.hasOwn(parts, key) ? parts[key] : undefined, this.#error, this, key);
  }

  /** The fields of an object by name. @param names Those that it may have. @throws {BittensorError} */
  object<const Name extends string>(names: readonly Name[]): Readonly<Record<Name, Field>> {
    for (const [name, field] of this.entries()) {
      if ((names as readonly string[]).includes(name)) continue;
      throw this.#error(field.path, "is not known here", {
        hint: `the fields here are ${names.join(", ")}`,
      });
    }
    const fields = names.map((name) => [name, this.at(name)] as const);
    return Object.fromEntries(fields) as Record<Name, Field>;
  }

  /** The fields of an object of any names. @throws {BittensorError} */
  entries(): readonly (readonly [name: string, field: Field])[] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      this.fail("an object");
    }
    return Object.keys(this.value).map((name) => [name, this.at(name)]);
  }

  /** The items of a list. @throws {BittensorError} */
  list(): readonly Field[] {
    if (!Array.isArray(this.value)) this.fail("a list");
    return this.value.map((_, index) => this.at(index));
  }

  /** A text. @throws {BittensorError} */
  text(): string {
    if (typeof this.value !== "string") this.fail("a text");
    return this.value;
  }

  /** A whole number. @throws {BittensorError} */
  wholeNumber(least: number, most: number): number {
    if (isWholeNumber(this.value, least, most)) return this.value;
    this.fail(`a whole number from ${least} to ${most}`);
  }
}

/** Whether a value is a whole number in a range. */
export function isWholeNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function shown(value: unknown): string {
  const text = typeof value === "bigint" ? `${value}n` : JSON.stringify(value) ?? String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
