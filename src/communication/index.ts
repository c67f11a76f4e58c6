/**
 * The gateway's sockets: merchants on one side, the core host on the other.
 *
 * A listener gives each message that a merchant sends to a function and sends back what it resolves
 * to. The host link gives out places to ask the host in, and says how each exchange ended, once.
 * Neither knows what a payment is, what is inside an envelope or what was journalled; nothing
 * outside this room knows that there is a socket.
 */
export type { Endpoint } from './bind.ts'
export type { Connection } from './host/connection.ts'
export type { Dial, DiallingWay, HostWay, Identity, ListeningWay } from './host/dialling.ts'
export type { ExchangeCounters } from './host/exchange-counters.ts'
export type { Stray } from './host/exchanges.ts'
export type { AskedMessage } from './host/key-faults.ts'
export type { HostReply } from './host/line.ts'
export {
  type HostLink,
  type HostLinkCounters,
  type HostLinkLimits,
  type HostLinkOptions,
  openHostLink,
} from './host/link.ts'
export { compileLinkProfile, type LinkProfile, LinkProfileError } from './host/link-profile.ts'
export type { NetworkRules } from './host/network-messages.ts'
export type { Reservation } from './host/reservation.ts'
export { type StanCapacity, stanCapacity } from './host/stan-capacity.ts'
export { type Admission, createAdmission } from './merchants/admission.ts'
export { type FramedTlsOptions, listenFramedTls } from './merchants/framed-listener.ts'
export { type HttpsLimits, type HttpsOptions, listenHttps } from './merchants/https-listener.ts'
export type {
  AnswerMessage,
  ConnectionLimits,
  Listener,
  ListenerCounters,
} from './merchants/listener.ts'
export type { ListenerTls, Peer } from './merchants/tls.ts'
