/** Some bytes in a row out of many. */
export interface Span {
  readonly bytes: Uint8Array;
  /** Index of the first one. */
  readonly start: number;
  /** Index after the last one. */
  readonly end: number;
}
