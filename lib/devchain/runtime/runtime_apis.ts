/** Runtime APIs: the functions that `state_call` serves. */

import { bytes, option, u32, vec, wrapper } from "../scale/scale_type.ts";
import { type ApiMethod, apiMethod, type RuntimeApi } from "./api_method.ts";
import { accountId, runtimeVersion } from "./primitives.ts";
import { accountOf } from "./system.ts";
import { taggedTransactionQueue, transactionPaymentApi } from "./transaction_apis.ts";
import { VERSION } from "./version.ts";

const opaqueMetadata = wrapper("sp_core::OpaqueMetadata", bytes);

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

/** Every runtime API. */
export const RUNTIME_APIS: readonly RuntimeApi[] = [
  core,
  metadataApi,
  accountNonceApi,
  taggedTransactionQueue,
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
