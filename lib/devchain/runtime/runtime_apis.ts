/** Runtime APIs: the functions that `state_call` serves. */

import {
  bytes,
  decodeExactly,
  type MetadataV15,
  option,
  type ScaleType,
  struct,
  type TypeNumber,
  u128,
  u32,
  u64,
  type ValueOf,
  vec,
  wrapper,
} from "../scale/scale_type.ts";
import type { ReadableState } from "../state/overlay.ts";
import { decodeExtrinsic } from "./extrinsic.ts";
import { uncheckedExtrinsic } from "./extrinsic_type.ts";
import type { RuntimeMetadata } from "./metadata.ts";
import { accountId, dispatchClass, runtimeVersion } from "./primitives.ts";
import { accountOf } from "./system.ts";
import { inclusionFee } from "./transaction_payment.ts";
import { type RuntimeApiName, VERSION } from "./version.ts";

/** What an API function may read. */
export interface ApiContext {
  readonly state: ReadableState;
  readonly metadata: RuntimeMetadata;
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

function apiMethod<const In extends Inputs, Out>(
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

const opaqueMetadata = wrapper("sp_core::OpaqueMetadata", bytes);

/** The type of extrinsics; on the wire they are their bytes with a length prefix. */
const extrinsic = { ...bytes, ...uncheckedExtrinsic };

const dispatchInfoWithFee = struct("pallet_transaction_payment::types::RuntimeDispatchInfo", {
  weight: u64,
  class: dispatchClass,
  partial_fee: u128,
});

/**
 * What an extrinsic will cost before its call: the part of the fee that is always paid.
 *
 * @throws {TransactionRefused} If the bytes are no extrinsic.
 */
export function queryInfo(extrinsicBytes: Uint8Array): ValueOf<typeof dispatchInfoWithFee> {
  const { call, bytes } = decodeExtrinsic(extrinsicBytes);
  return {
    weight: call.weight,
    class: { tag: call.class, value: undefined },
    partial_fee: inclusionFee(call, bytes.length),
  };
}

const core: RuntimeApi = {
  name: "Core",
  docs: "What every runtime can tell.",
  methods: [
    apiMethod({
      name: "version",
      docs: "The version of the runtime.",
      inputs: {},
      output: runtimeVersion,
      run: () => VERSION,
    }),
  ],
};

const metadataApi: RuntimeApi = {
  name: "Metadata",
  docs: "The runtime as clients see it.",
  methods: [
    apiMethod({
      name: "metadata",
      docs: "The metadata, version 14.",
      inputs: {},
      output: opaqueMetadata,
      run: ({ metadata }) => metadata[14],
    }),
    apiMethod({
      name: "metadata_at_version",
      docs: "The metadata of a version, if there is one.",
      inputs: { version: u32 },
      output: option(opaqueMetadata),
      run: ({ metadata }, { version }) =>
        version === 14 || version === 15 ? metadata[version] : undefined,
    }),
    apiMethod({
      name: "metadata_versions",
      docs: "The versions that there are.",
      inputs: {},
      output: vec(u32),
      run: ({ metadata }) => Object.keys(metadata).map(Number),
    }),
  ],
};

const accountNonceApi: RuntimeApi = {
  name: "AccountNonceApi",
  docs: "How often an account has signed.",
  methods: [
    apiMethod({
      name: "account_nonce",
      docs: "The next nonce of an account.",
      inputs: { account: accountId },
      output: u32,
      run: ({ state }, { account }) => accountOf(state, account).nonce,
    }),
  ],
};

const transactionPaymentApi: RuntimeApi = {
  name: "TransactionPaymentApi",
  docs: "What extrinsics cost.",
  methods: [
    apiMethod({
      name: "query_info",
      docs: "Weight, class and fee of an extrinsic.",
      inputs: { uxt: extrinsic, len: u32 },
      output: dispatchInfoWithFee,
      run: (_context, { uxt }) => queryInfo(bytes.encode(uxt)),
    }),
  ],
};

/** Every runtime API. */
export const RUNTIME_APIS: readonly RuntimeApi[] = [
  core,
  metadataApi,
  accountNonceApi,
  transactionPaymentApi,
];

const METHODS: ReadonlyMap<string, ApiMethod> = new Map(
  RUNTIME_APIS.flatMap(({ name, methods }) =>
    methods.map((method) => [`${name}_${method.name}`, method] as const)
  ),
);

/** The function with that name, such as `Core_version`, if there is one. */
export function findApiMethod(name: string): ApiMethod | undefined {
  return METHODS.get(name);
}
