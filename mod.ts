/**
 * A toolkit for the Bittensor network: wallet, metagraph, subtensor, dendrite and axon, with models
 * that run on ONNX Runtime, and a network of its own to try them on.
 *
 * @example The quick start
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * await using network = await bittensor.localnet({ neurons: 2 });
 * await using wallet = await bittensor.wallet({ path }).create({ password: null });
 * const graph = await bittensor.metagraph({ network: network.endpoint }).sync();
 *
 * await using dendrite = bittensor.dendrite({ wallet });
 * const [representations, codes] = await dendrite.forwardText({
 *   endpoints: graph.endpoints,
 *   inputs: "The quick brown fox jumped over the lazy dog",
 * });
 *
 * assert.deepEqual(codes, [bittensor.ReturnCode.Success, bittensor.ReturnCode.Success]);
 * assert.deepEqual(representations[0]!.dims, [1, 9, 512]);
 * await Deno.remove(path, { recursive: true });
 * ```
 *
 * @module
 */

// Names of the network.
export { type Address, address } from "./lib/domain/address.ts";
export { formatTao, type Rao, rao, tao } from "./lib/domain/balance.ts";
export { NETWORK_DIM, VOCAB_SIZE } from "./lib/domain/constants.ts";
export { type Endpoint, formatEndpoint } from "./lib/domain/endpoint.ts";
export { endpointFromTensor, endpointToTensor } from "./lib/domain/endpoint_tensor.ts";
export type { IpType } from "./lib/domain/ip.ts";
export { Modality, modalityName } from "./lib/domain/modality.ts";
export { ReturnCode, returnCodeName } from "./lib/domain/return_code.ts";
export type { Signer } from "./lib/domain/signer.ts";

// Tensors, arrays, waits, errors.
export type { WaitOptions } from "./lib/base/deadline.ts";
export { BittensorError } from "./lib/base/errors.ts";
export { RefusedInputs, type RefusedInputsOptions } from "./lib/base/refused_inputs.ts";
export { type Distribution, distribution, percentile } from "./lib/base/percentile.ts";
export { type FloatTensor, formatShape, type IdTensor, Tensor, zeros } from "./lib/base/tensor.ts";
export { fromTensor, type NDArray, toTensor } from "./lib/metagraph/arrays.ts";

// Logging.
export { type Logging, logging, type LoggingOptions } from "./lib/domain/logging.ts";

// Settings.
export {
  type Config,
  type ConfigOptions,
  configPath,
  findSetting,
  readConfig,
  type Setting,
  writeSetting,
} from "./lib/domain/config.ts";
export { SETTING_NAMES, type SettingName, settingName } from "./lib/domain/settings.ts";

// Wallet.
export type { ChangePasswordOptions } from "./lib/wallet/change_password.ts";
export type { CreateKeysOptions, NewMnemonic } from "./lib/wallet/create_keys.ts";
export type { Encryption } from "./lib/wallet/encryption.ts";
export type { KeySource } from "./lib/wallet/key_source.ts";
export {
  type Keypair,
  keypairFromMnemonic,
  keypairFromUri,
  type Message,
  verify,
} from "./lib/wallet/keypair.ts";
export { type HotkeyInfo, listWallets, type WalletInfo } from "./lib/wallet/list_wallets.ts";
export type { OnChainOptions } from "./lib/wallet/on_chain.ts";
export type { PasswordRequest, PasswordSource } from "./lib/wallet/password.ts";
export type { PublicKeyInfo } from "./lib/wallet/public_keys.ts";
export type { RegenerateOptions, RegeneratePublicOptions } from "./lib/wallet/regenerate_keys.ts";
export type { WordCount } from "./lib/wallet/sr25519.ts";
export type { StoreOptions } from "./lib/wallet/store_keys.ts";
export type { UnlockOptions } from "./lib/wallet/unlock.ts";
export {
  type CreateOptions,
  type Wallet,
  wallet,
  type WalletOptions,
} from "./lib/wallet/wallet.ts";
export type { KeyKind } from "./lib/wallet/wallet_paths.ts";

// Chain.
export type { BlockState } from "./lib/chain/block_state.ts";
export type { BlockHead, BlocksOptions, Hex } from "./lib/chain/chain.ts";
export type {
  ExtrinsicOptions,
  ExtrinsicProgress,
  ExtrinsicReceipt,
} from "./lib/chain/extrinsic.ts";
export { ExtrinsicError } from "./lib/chain/extrinsic_error.ts";
export type { CallPlan } from "./lib/chain/call_plan.ts";
export { findNetwork, type Network, NETWORK_NAMES } from "./lib/chain/networks.ts";
export { type Subtensor, subtensor } from "./lib/chain/subtensor.ts";
export type {
  ReadOptions,
  SetWeightsOptions,
  StakeOptions,
  SubscribeOptions,
  SubtensorOptions,
  TransferOptions,
} from "./lib/chain/subtensor_options.ts";
export type { BalanceChange, NeuronsChange, WatchOptions } from "./lib/chain/watch.ts";
export { type ChainWeights, normalizeWeights } from "./lib/chain/weights.ts";

// Metagraph.
export {
  applyDiff,
  type ColumnChanges,
  diff,
  type Replacement,
  type SnapshotDiff,
  type WeightRow,
} from "./lib/metagraph/diff.ts";
export {
  type Metagraph,
  metagraph,
  type MetagraphOptions,
  type MetagraphUpdate,
} from "./lib/metagraph/metagraph.ts";
export type { Figure } from "./lib/metagraph/figure.ts";
export { plotChange, plotIncentive, plotStake, plotWeights } from "./lib/metagraph/plots.ts";
export type { Snapshot, SyncOptions, SyncProgress } from "./lib/metagraph/snapshot.ts";
export type { StateDict } from "./lib/metagraph/state_dict.ts";

// Text and models.
export { SPECIAL_TOKEN_IDS, type Tokenizer, tokenizer } from "./lib/text/tokenizer.ts";
export type { BatchingOptions } from "./lib/onnx/batcher.ts";
export {
  chooseDevice,
  type DeviceChoice,
  type DeviceOptions,
  type DeviceReport,
} from "./lib/onnx/device.ts";
export type { Precision } from "./lib/onnx/half_precision.ts";
export type { Layout } from "./lib/onnx/signature/layout.ts";
export type { Merging, ProvenSignature } from "./lib/onnx/signature/proven.ts";
export type { Axis, Companion, Constant, InputRole } from "./lib/onnx/signature/roles.ts";
export { INPUT_ROLES } from "./lib/onnx/signature/roles.ts";
export type { ModelSource } from "./lib/onnx/model_source.ts";
export { bert, type BertOptions } from "./lib/onnx/models/bert.ts";
export { ffnn, type FfnnOptions } from "./lib/onnx/models/ffnn.ts";
export { gpt2, type Gpt2Options } from "./lib/onnx/models/gpt2.ts";
export type { Model, SaveModelOptions, TokenLimits } from "./lib/onnx/models/model.ts";
export {
  type ForwardOptions,
  type Nucleus,
  nucleus,
  type NucleusOptions,
  type NucleusStatistics,
  type WaitingOptions,
} from "./lib/onnx/nucleus.ts";
export type { Device, Optimization } from "./lib/onnx/runtime.ts";
export { SignatureError } from "./lib/onnx/signature/signature.ts";
export type { Frame, Signature, SignatureOptions } from "./lib/onnx/signature/signature.ts";
export type {
  AdamOptions,
  SgdOptions,
  StepOptions,
  StepReport,
} from "./lib/onnx/training/step_options.ts";

// Asking and answering.
export { type Dendrite, dendrite } from "./lib/dendrite/dendrite.ts";
export type { Answer } from "./lib/dendrite/answer.ts";
export type { AppliedCall } from "./lib/dendrite/apply.ts";
export type { BackoffOptions } from "./lib/dendrite/backoff.ts";
export type { Endpoints } from "./lib/dendrite/endpoints.ts";
export type { FloatInputs } from "./lib/dendrite/float_inputs.ts";
export type {
  ApplyOptions,
  BackwardOptions,
  DendriteOptions,
  ForwardImageOptions,
  ForwardTensorOptions,
  ForwardTextOptions,
  ProgressOptions,
  QuestionOptions,
  StreamOptions,
} from "./lib/dendrite/options.ts";
export type {
  BackwardColumns,
  BackwardResult,
  CallColumns,
  EndpointAnswer,
  ForwardColumns,
  ForwardResult,
} from "./lib/dendrite/result.ts";
export type { DendriteStatistics, EndpointStatistics } from "./lib/dendrite/statistics.ts";
export type { TextInputs } from "./lib/dendrite/text_inputs.ts";
export { type Axon, axon } from "./lib/axon/axon.ts";
export type { AxonOptions, Blacklist, BlacklistContext } from "./lib/axon/axon_options.ts";
export type {
  BackwardCallback,
  CallbackContext,
  CallbackResult,
  ForwardCallback,
  NamedCallbacks,
} from "./lib/axon/callbacks.ts";
export type { PriorityFunction, RequestCaller, StakeSource } from "./lib/axon/priority.ts";
export type { AxonRefusal, AxonStatistics, CallerStatistics } from "./lib/axon/statistics.ts";
export type { AxonSubscribeOptions } from "./lib/axon/subscription.ts";
export type { Method } from "./lib/wire/rpc.ts";
export type { Identity } from "./lib/wire/identity.ts";
export type { RefusalReason } from "./lib/wire/request_verifier.ts";
export type { SignaturePolicy } from "./lib/wire/signature_policy.ts";

// Showing.
export { show, type Showable, type Shown } from "./lib/display/show.ts";

// A network of one's own.
export type { DevAccount } from "./lib/devchain/dev_accounts.ts";
export { type DevChain, devchain, type DevChainOptions } from "./lib/devchain/devchain.ts";
export type { ChainControl } from "./lib/devchain/control/chain_control.ts";
export type { ChainState } from "./lib/devchain/control/chain_state.ts";
export type { Amount } from "./lib/devchain/genesis/amount.ts";
export type { Genesis, GenesisNeuron, GenesisParameters } from "./lib/devchain/genesis/genesis.ts";
export { tutorialGenesis, type TutorialGenesisOptions } from "./lib/devchain/genesis/tutorial.ts";
export type { SealMode } from "./lib/devchain/node/seal_timer.ts";
export {
  type Localnet,
  localnet,
  type LocalnetOptions,
  type LocalnetProgress,
} from "./lib/localnet/localnet.ts";
export type { Neuron } from "./lib/neuron/neuron.ts";
