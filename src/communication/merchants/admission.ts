import type { Holder } from './buffers.ts'
import { type DoorOptions, openDoor } from './door.ts'
import type { ListenerCounters } from './listener.ts'
import type { Peer } from './tls.ts'
import { Visitor } from './visitor.ts'

/**
 * Lets messages in to be opened, over all listeners that share it: as many as are opened in time,
 * and fairly.
 *
 * Whose a message is, nobody knows before it is opened. So a connection counts as the merchant that
 * its last message proved, and until then as a stranger from its network; all strangers together
 * are one party.
 *
 * @see specs/decisions/0011-admission.md
 */
export interface Admission {
  /** Someone has connected, to the listener that counts here. */
  welcome(peer: Peer, counters: ListenerCounters): Visitor
  /** Who may be cut off when too much memory is held for connections. */
  watch(connections: Iterable<Holder>): void
}

export function createAdmission(options: DoorOptions): Admission {
  const door = openDoor(options)
  return {
    welcome: (peer, counters) => new Visitor(peer, door, counters),
    watch: (connections) => door.buffers.watch(connections),
  }
}
