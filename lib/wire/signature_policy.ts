/**
 * What becomes of signatures.
 *
 * - `required`: messages without one are refused.
 * - `verified`: messages without one pass, as peers of the seed era send them; those that have one
 *   must have a valid one.
 * - `off`: none is made, and none is looked at.
 */
export type SignaturePolicy = "required" | "verified" | "off";

const POLICIES: readonly string[] = ["required", "verified", "off"] satisfies SignaturePolicy[];

/**
 * Checks a policy: what is misspelt must not pass for another one.
 *
 * @throws {RangeError} If it is none.
 */
export function checkSignaturePolicy(signatures: SignaturePolicy): SignaturePolicy {
  if (POLICIES.includes(signatures)) return signatures;
  throw new RangeError(
    `Cannot set signatures to ${JSON.stringify(signatures)}: it is one of ${POLICIES.join(", ")}`,
  );
}
