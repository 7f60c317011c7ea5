/** How much fits into a block: spec 100's `BlockWeights` and `BlockLength`. */

import { option, struct, u32, u64 } from "../scale/scale_type.ts";

const weightsPerClass = struct("frame_system::limits::WeightsPerClass", {
  base_extrinsic: u64,
  max_extrinsic: option(u64),
  max_total: option(u64),
  reserved: option(u64),
});

const perDispatchClassWeights = struct("frame_support::weights::PerDispatchClass", {
  normal: weightsPerClass,
  operational: weightsPerClass,
  mandatory: weightsPerClass,
});

const perDispatchClassLength = struct("frame_support::weights::PerDispatchClass", {
  normal: u32,
  operational: u32,
  mandatory: u32,
});

export const blockWeights = struct("frame_system::limits::BlockWeights", {
  base_block: u64,
  max_block: u64,
  per_class: perDispatchClassWeights,
});

export const blockLength = struct("frame_system::limits::BlockLength", {
  max: perDispatchClassLength,
});

/** Weight that every extrinsic has besides that of its call. */
export const BASE_EXTRINSIC_WEIGHT = 125_000_000n;

/** Weight that a block may have in all. */
export const MAX_WEIGHT = 2_000_000_000_000n;

/** Weight that the signed extrinsics of a block may have together. */
export const MAX_NORMAL_WEIGHT = 1_500_000_000_000n;

/** Bytes that the signed extrinsics of a block may have together. */
export const MAX_NORMAL_LENGTH = 3_932_160;

/** The value of `System.BlockWeights`. */
export const BLOCK_WEIGHTS = {
  base_block: 5_000_000_000n,
  max_block: MAX_WEIGHT,
  per_class: {
    normal: {
      base_extrinsic: BASE_EXTRINSIC_WEIGHT,
      max_extrinsic: 1_299_875_000_000n,
      max_total: MAX_NORMAL_WEIGHT,
      reserved: 0n,
    },
    operational: {
      base_extrinsic: BASE_EXTRINSIC_WEIGHT,
      max_extrinsic: 1_799_875_000_000n,
      max_total: MAX_WEIGHT,
      reserved: 500_000_000_000n,
    },
    mandatory: {
      base_extrinsic: BASE_EXTRINSIC_WEIGHT,
      max_extrinsic: undefined,
      max_total: undefined,
      reserved: undefined,
    },
  },
};

/** The value of `System.BlockLength`, in bytes. */
export const BLOCK_LENGTH = {
  max: { normal: MAX_NORMAL_LENGTH, operational: 5_242_880, mandatory: 5_242_880 },
};
