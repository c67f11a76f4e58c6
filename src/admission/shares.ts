/**
 * A part of places that many want: all of them, a party's, or that of one of a party's connections.
 *
 * What a part may hold in fairness is what the whole of it may, divided by the parts that hold
 * something: so a party has no more for having many connections, and one of them has something when
 * another floods.
 */
export class Share {
  #whole: Share | undefined
  #held = 0
  /** Parts of this one that hold a place. */
  #holders = 0
  /** Elapsed time when the last of it that was turned away may come back. */
  returnAtMs = 0

  /** @param whole what this is a part of; nothing for all places */
  constructor(whole?: Share) {
    this.#whole = whole
  }

  /** Places held by it and its parts. */
  get held(): number {
    return this.#held
  }

  /** Parts of it that hold a place. */
  get holders(): number {
    return this.#holders
  }

  /** The part of all places that it belongs to, or is. */
  get party(): Share {
    const whole = this.#whole
    return whole === undefined || whole.#whole === undefined ? this : whole.party
  }

  /** How many of `places` this part may hold in fairness; less than one when too many share. */
  fairOf(places: number): number {
    const whole = this.#whole
    if (whole === undefined) return places
    const others = whole.#holders - (this.#held > 0 ? 1 : 0)
    return whole.fairOf(places) / (others + 1)
  }

  /** Whether one more of `places` is no more than its fair share. */
  isOwed(places: number): boolean {
    return this.#held + 1 <= this.fairOf(places)
  }

  take(): void {
    this.#change(1)
  }

  giveBack(): void {
    this.#change(-1)
  }

  /** Become a part of another whole, with all that is held. */
  moveTo(whole: Share): void {
    if (whole === this.#whole) return
    const held = this.#held
    this.#change(-held)
    this.#whole = whole
    this.#change(held)
  }

  #change(by: number): void {
    const had = this.#held > 0
    this.#held += by
    const has = this.#held > 0
    const whole = this.#whole
    if (whole === undefined) return
    if (has !== had) whole.#holders += has ? 1 : -1
    whole.#change(by)
  }
}

/** Shares by the name of who they are for. */
export interface Parties {
  of(name: string): Share
  /** Shares that are remembered: not many more than hold a place. */
  count(): number
}

/** @param wholeOf what the share of a name is a part of */
export function createParties(wholeOf: (name: string) => Share): Parties {
  const shares = new Map<string, Share>()
  let countMax = COUNT_AT_LEAST

  /** Whoever holds nothing needs no memory: the next share of that name is as good. */
  function forgetIdle(): void {
    for (const [name, share] of shares) {
      if (share.held === 0) shares.delete(name)
    }
    countMax = Math.max(COUNT_AT_LEAST, 2 * shares.size)
  }

  return {
    of(name) {
      const known = shares.get(name)
      if (known !== undefined) return known
      if (shares.size >= countMax) forgetIdle()
      const share = new Share(wholeOf(name))
      shares.set(name, share)
      return share
    },
    count: () => shares.size,
  }
}

const COUNT_AT_LEAST = 64
