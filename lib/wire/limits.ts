/** Bounds on what a peer may send, checked before anything is decoded. */

/** Longest message, in bytes. The seed era's servers took 4 MiB, too little for long batches. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Most tensors of one message; the protocol uses at most two. */
export const MAX_TENSORS = 16;

/** Highest rank of a tensor; images have rank 5. */
export const MAX_RANK = 8;

/** Most elements of one tensor, after which a cast from 8 to 64 bits would need 128 MiB. */
export const MAX_ELEMENTS = 16 * 1024 * 1024;
