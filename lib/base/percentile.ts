/** Percentiles of measurements. */

/** How measurements are spread. */
export interface Distribution {
  /** Number of measurements. */
  readonly count: number;
  /** The median: half of the measurements are at most this. */
  readonly p50: number;
  /** 90 % of the measurements are at most this. */
  readonly p90: number;
  /** 99 % of the measurements are at most this. */
  readonly p99: number;
  readonly max: number;
}

/**
 * The smallest measurement that is not below `percent` per cent of them (the nearest rank).
 *
 * @param percent 0 (the smallest) to 100 (the largest).
 * @throws {RangeError} If there are no measurements, or `percent` is out of range.
 *
 * @example The median of three durations
 * ```ts
 * import { percentile } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * assert.equal(percentile([30, 10, 20], 50), 20);
 * ```
 */
export function percentile(measurements: ArrayLike<number>, percent: number): number {
  return ofSorted(sorted(measurements), percent);
}

/** How measurements are spread; `null` if there are none. */
export function distribution(measurements: ArrayLike<number>): Distribution | null {
  if (measurements.length === 0) return null;
  const values = sorted(measurements);
  return {
    count: values.length,
    p50: ofSorted(values, 50),
    p90: ofSorted(values, 90),
    p99: ofSorted(values, 99),
    max: ofSorted(values, 100),
  };
}

/** In ascending order; typed arrays sort by value. */
function sorted(measurements: ArrayLike<number>): Float64Array {
  return Float64Array.from(measurements).sort();
}

function ofSorted(values: Float64Array, percent: number): number {
  if (!(percent >= 0 && percent <= 100)) {
    throw new RangeError(`Cannot find percentile ${percent}: it is between 0 and 100`);
  }
  const value = values[Math.max(Math.ceil(percent / 100 * values.length), 1) - 1];
  if (value === undefined) throw new RangeError("Cannot find a percentile of no measurements");
  return value;
}
