/**
 * Bytes held for merchants: messages begun, messages that wait to be opened, answers not taken.
 */
export interface Buffers {
  /** So many more bytes are held, or fewer. */
  change(byBytes: number): void
  /** More is held than may be: nothing new may be taken on. */
  isFull(): boolean
  /** Cut off whoever keeps us waiting the longest, and others after it, until an eighth is free. */
  makeRoom(): void
  bytes(): number
  /** Say who may be cut off. */
  watch(holders: Iterable<Holder>): void
}

/** What is held for one connection. */
export class Holding {
  readonly #buffers: Buffers
  #bytes = 0

  constructor(buffers: Buffers) {
    this.#buffers = buffers
  }

  /** It is so much now. When that is more than before, and too much in all, room is made. */
  set(bytes: number): void {
    const more = bytes - this.#bytes
    this.#bytes = bytes
    this.#buffers.change(more)
    if (more > 0 && this.#buffers.isFull()) this.#buffers.makeRoom()
  }
}

/** A connection that bytes may be held for. */
export interface Holder {
  /** Since when it is the client's turn to send the rest or to take what is there. */
  readonly keepsWaitingSinceMs: number | undefined
  /** Destroy it, for the memory that it takes; its bytes are given back before this returns. */
  shed(): void
}

export function createBuffers(bytesMax: number): Buffers {
  const watched: Iterable<Holder>[] = []
  let bytes = 0

  return {
    change(byBytes) {
      bytes += byBytes
    },
    isFull: () => bytes > bytesMax,
    makeRoom() {
      for (const holder of slowestOf(watched)) {
        if (bytes <= bytesMax * KEPT) return
        holder.shed()
      }
    },
    bytes: () => bytes,
    watch(holders) {
      watched.push(holders)
    },
  }
}

const KEPT = 7 / 8

/** Those who keep us waiting, the longest first. */
function slowestOf(watched: readonly Iterable<Holder>[]): Holder[] {
  return watched
    .flatMap((holders) => [...holders])
    .filter((it) => it.keepsWaitingSinceMs !== undefined)
    .sort((a, b) => (a.keepsWaitingSinceMs ?? 0) - (b.keepsWaitingSinceMs ?? 0))
}
