/** Names and values in two columns, for people. */

/** One line for each field, the values under each other. */
export function formatFields(fields: Readonly<Record<string, string | number>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join("\n");
}
