/**
 * What becomes of signatures.
 *
 * - `required`: messages without one are refused.
 * - `verified`: messages without one pass, as peers of the seed era send them; those that have one
 *   must have a valid one.
 * - `off`: none is made, and none is looked at.
 */
export type SignaturePolicy = "required" | "verified" | "off";
