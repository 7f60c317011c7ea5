/** Numbers that every participant of the network agrees on. */

/** Version that we speak on the wire, 1.2.0 as an integer: 100·1 + 10·2 + 1·0. */
export const WIRE_VERSION = 120;

/** Rows that a model's token embedding needs: ids run up to 50262, the seed era reserves more. */
export const VOCAB_SIZE = 50_378;

/** Width of every representation that neurons exchange. */
export const NETWORK_DIM = 512;

/** A weight of 1 on chain: u32 max. */
export const WEIGHT_SCALE = 4_294_967_295;

/** Tao that a block emits, before the first halving: the metagraph's constant tau. */
export const TAU = 0.5;
