import type { Message } from '#iso8583'
import type { HostReply } from './line.ts'

/** A place to ask in, or why there is none: no line signed on, or as much under way as may be. */
export type Reservation =
  | {
      readonly kind: 'reserved'
      /**
       * Use it up. Resolves once; never rejects; the timeout runs from now. Nothing is sent when it
       * was used or released before, or when the last line is gone.
       */
      ask(message: Message): Promise<HostReply>
      /** Give it back; of no effect once it was used. */
      release(): void
    }
  | { readonly kind: 'down' }
  | { readonly kind: 'full' }

export const NOT_SENT: HostReply = Object.freeze({ kind: 'not-sent' })

/** So many requests of one kind at once. */
export interface Window {
  readonly placesMax: number
  /** Places that are reserved or in flight. */
  taken: number
}

/** Where places come from; each place calls one of the two, once. */
interface Places {
  askInPlace(message: Message, window: Window): Promise<HostReply>
  /** Nothing was asked in the place reserved at this time. */
  takeBack(window: Window, reservedAtMs: number): void
}

/** A reservation that was given. */
export class Place {
  readonly kind = 'reserved'
  readonly #places: Places
  readonly #window: Window
  readonly #reservedAtMs: number
  #isHeld = true

  constructor(places: Places, window: Window, reservedAtMs: number) {
    this.#places = places
    this.#window = window
    this.#reservedAtMs = reservedAtMs
  }

  ask(message: Message): Promise<HostReply> {
    if (!this.#isHeld) return Promise.resolve(NOT_SENT)
    this.#isHeld = false
    return this.#places.askInPlace(message, this.#window)
  }

  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#places.takeBack(this.#window, this.#reservedAtMs)
  }
}
