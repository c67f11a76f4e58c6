import type { Clock } from '#platform'
import { StoreError } from '../errors.ts'
import type { Connection } from './connection.ts'
import type { PostgresLimits } from './limits.ts'
import { faultOf } from './trouble.ts'

/** The one connection of a node, made anew whenever it is lost. */
export interface Line {
  /** The connection, or undefined when there is none until `untilMs` of elapsed time. */
  until(untilMs: number): Promise<Connection | undefined>
  /** It is of no use any more: dial again. */
  lose(connection: Connection): void
  /** Close what there is in order, and dial no more. */
  close(): Promise<void>
  /** The same, at once. */
  abandon(): void
}

export interface LineParts {
  readonly clock: Clock
  readonly limits: PostgresLimits
  /** @throws StoreError `STORE_UNREACHABLE` when it may go well later; any other ends the line */
  dial(): Promise<Connection>
  onAway(): void
  onBack(): void
  /** The server is there again and will not have us. */
  onFault(error: StoreError): void
}

export function keepLine(first: Connection, parts: LineParts): Line {
  const { clock } = parts
  const dialling = createDialling(parts, (fresh) => {
    take(fresh)
    parts.onBack()
  })
  let connection: Connection | undefined
  let waiting: (() => void)[] = []

  function take(fresh: Connection): void {
    connection = fresh
    fresh.onceEnded(() => lose(fresh))
    for (const tell of waiting) tell()
    waiting = []
  }

  function lose(lost: Connection): void {
    if (lost !== connection) return
    connection = undefined
    lost.cut()
    if (dialling.isOver) return
    parts.onAway()
    dialling.begin()
  }

  take(first)
  return {
    async until(untilMs) {
      if (connection === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        const giveUp = clock.after(Math.max(0, untilMs - clock.elapsedMs()), resolve)
        await promise
        giveUp()
      }
      return connection
    },
    lose,
    async close() {
      dialling.end()
      await connection?.close()
    },
    abandon() {
      dialling.end()
      connection?.cut()
    },
  }
}

/** Dials until somebody answers, with rests that double. */
function createDialling(
  { clock, limits, dial, onFault }: LineParts,
  onConnection: (fresh: Connection) => void,
) {
  let isOver = false
  let cancel = () => {}

  async function attempt(restMs: number): Promise<void> {
    try {
      const fresh = await dial()
      if (isOver) fresh.cut()
      else onConnection(fresh)
    } catch (thrown) {
      if (isOver) return
      if (!(thrown instanceof StoreError) || thrown.code !== 'STORE_UNREACHABLE') throw thrown
      after(Math.min(restMs * 2, limits.reconnectDelayMaxMs))
    }
  }

  function after(restMs: number): void {
    cancel = clock.after(restMs, () => {
      attempt(restMs).catch((thrown: unknown) => onFault(faultOf(thrown)))
    })
  }

  return {
    get isOver() {
      return isOver
    },
    begin: () => after(limits.reconnectDelayMinMs),
    end() {
      isOver = true
      cancel()
    },
  }
}
