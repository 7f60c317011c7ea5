/** Runtime APIs, described for metadata and `state_call`. */

import {
  decodeExactly,
  type MetadataV15,
  type ScaleType,
  struct,
  type TypeNumber,
  type ValueOf,
} from "../scale/scale_type.ts";
import type { Hex } from "../scale/hex.ts";
import type { ReadableState } from "../state/overlay.ts";
import type { BlockBuilder } from "./block_builder.ts";
import type { RuntimeMetadata } from "./metadata.ts";
import type { RuntimeApiName } from "./version.ts";

/** What an API function may read. */
export interface ApiContext {
  readonly state: ReadableState;
  readonly metadata: RuntimeMetadata;
  readonly genesisHash: Hex;
  /** Opens a block after that state, whose changes are thrown away. */
  openBlock(): BlockBuilder;
}

/** One function of a runtime API. */
export interface ApiMethod {
  readonly name: string;
  /** Binds encoded arguments. @throws {Error} If they are not exactly its arguments. */
  bind(args: Uint8Array): (context: ApiContext) => Uint8Array;
  describe(numberOf: TypeNumber): MetadataV15["apis"][number]["methods"][number];
}

/** One runtime API. */
export interface RuntimeApi {
  readonly name: RuntimeApiName;
  readonly docs: string;
  readonly methods: readonly ApiMethod[];
}

type Inputs = Readonly<Record<string, ScaleType<unknown>>>;

/** Describes a function of an API. */
export function apiMethod<const In extends Inputs, Out>(
  { name, docs, inputs, output, run }: {
    readonly name: string;
    readonly docs: string;
    readonly inputs: In;
    readonly output: ScaleType<Out>;
    readonly run: (
      context: ApiContext,
      inputs: { readonly [Name in keyof In]: ValueOf<In[Name]> },
    ) => Out;
  },
): ApiMethod {
  const type = struct("", inputs);
  return {
    name,
    bind: (args) => {
      const values = decodeExactly(type, args);
      return (context) => output.encode(run(context, values));
    },
    describe: (numberOf) => ({
      name,
      inputs: Object.entries(inputs).map(([input, inputType]) => ({
        name: input,
        type: numberOf(inputType),
      })),
      output: numberOf(output),
      docs: [docs],
    }),
  };
}
