/** Runtime APIs: what `state_call` serves. */

import {
  bytes,
  customType,
  encoded,
  option,
  type ScaleType,
  struct,
  type TypeInfo,
  u128,
  u32,
  u64,
  vec,
} from "../scale/scale_type.ts";
import type { State } from "../state/overlay.ts";
