/**
 * The SDK that merchants, our own command line and the load generator use.
 *
 * Requests in, typed results out: sealing, connections, key reuse and trying again are in here. It
 * knows the envelope and the wire of specs/protocol.md, and nothing of the gateway's inside.
 */
export {
  DiscoveryError,
  fetchGatewayKeys,
  type GatewayKeySet,
} from './discovery.ts'
export type { GatewayAddress } from './gateway-address.ts'
export {
  createMerchantClient,
  defaultMerchantClientLimits,
  type MerchantClient,
  type MerchantClientLimits,
  type MerchantClientOptions,
  type SealedMessage,
} from './merchant-client.ts'
export type {
  AddressInput,
  CardInput,
  CardQuestionInput,
  CardRegistrationInput,
  ChargeInput,
  PaymentInput,
  PinInput,
  TabInput,
  TokenInput,
} from './requests.ts'
export type {
  CardResult,
  ChargedResult,
  EchoResult,
  ItemRefundResult,
  MerchantResult,
  PaymentOutcomeKind,
  PaymentResult,
  RefusedResult,
  TabResult,
  UnreachableReason,
  UnreachableResult,
} from './results.ts'
export type { ClientParts } from './system.ts'
