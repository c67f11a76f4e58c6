import type { Clock, Log } from '#platform'
import type { Store } from '#store'

/** Notes in the log where the journal's chain ends. */
export interface Anchors {
  /** The last note; to be waited for before the store closes. */
  close(): Promise<void>
}

export interface AnchorParts {
  readonly store: Pick<Store, 'chainHead'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Note the end of the chain now, every hour and at the end.
 *
 * Who can cut off the newest events of the journal, or write it anew, cannot change a log that is
 * kept elsewhere: `sallyport store verify --head` holds one against the other.
 */
export async function startAnchors({ store, clock, log }: AnchorParts): Promise<Anchors> {
  let cancel = () => {}

  async function note(): Promise<void> {
    const head = await store.chainHead()
    if (head !== undefined) log.info('journal-head', { ...head })
  }

  function lost(error: unknown): void {
    log.error('journal-head-not-noted', { error })
  }

  function noteLater(): void {
    cancel = clock.after(HOUR_MS, () => {
      noteLater()
      note().catch(lost)
    })
  }

  noteLater()
  await note().catch(lost)
  return {
    close() {
      cancel()
      return note().catch(lost)
    },
  }
}

const HOUR_MS = 3_600_000
