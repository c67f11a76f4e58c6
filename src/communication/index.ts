/**
 * The gateway's sockets: merchants on one side, the core host on the other.
 *
 * A listener gives each message that a merchant sends to a function and sends back what it resolves to.
 * The host link asks the host and says how that ended, once. Neither knows what a payment is, what is
 * inside an envelope or what was journalled; nothing outside this room knows that there is a socket.
 */
export { type Admission, type AdmissionOptions, createAdmission } from './admission.ts'
export type { DiallingWay, Endpoint, HostWay, Identity, ListeningWay } from './dialling.ts'
export type { ExchangeCounters, Stray } from './exchanges.ts'
export type { HostReply } from './host-line.ts'
export {
  type HostLink,
  type HostLinkCounters,
  type HostLinkLimits,
  type HostLinkOptions,
  openHostLink,
} from './host-link.ts'
export { compileLinkProfile, type LinkProfile, LinkProfileError } from './link-profile.ts'
export type {
  AnswerMessage,
  ConnectionLimits,
  Listener,
  ListenerCounters,
  ListenerTls,
  Peer,
} from './listener.ts'
export { type HttpsLimits, type HttpsOptions, listenHttps } from './merchant-https.ts'
export { type FramedTlsOptions, listenFramedTls } from './merchant-tls.ts'
export type { NetworkRules } from './network-messages.ts'
export { type StanCapacity, stanCapacity } from './stan-capacity.ts'
