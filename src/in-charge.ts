import type { HostLink, Reservation } from '#control'
import type { Store } from '#store'

/**
 * The way to the host, for as long as this gateway is in charge.
 *
 * A gateway that another may have declared dead puts nothing to the host, which the other may have
 * begun to reverse: it stood still after it had begun a payment, or has lost its database.
 */
export function whileInCharge(host: HostLink, store: Pick<Store, 'isInCharge'>): HostLink {
  const guarded = (place: Reservation): Reservation => {
    if (place.kind !== 'reserved') return place
    return {
      kind: 'reserved',
      ask: async (message) => (store.isInCharge() ? place.ask(message) : { kind: 'not-sent' }),
      release: () => place.release(),
    }
  }
  return {
    reserve: (merchant) => guarded(host.reserve(merchant)),
    reserveOwed: () => guarded(host.reserveOwed()),
  }
}
