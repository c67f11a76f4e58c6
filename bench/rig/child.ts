import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** What a process of the bench can be told to do: one value in, one value out, both cloneable. */
export type Orders = Readonly<Record<string, (given: never) => unknown>>

/** A process of the bench as its parent sees it. */
export interface Child<O extends Orders> {
  /** Rejects when the order failed or the process ended. */
  ask<K extends keyof O & string>(
    order: K,
    given: Parameters<O[K]>[0],
  ): Promise<Awaited<ReturnType<O[K]>>>
  /** Rejects when it ends, whatever the reason. */
  readonly ended: Promise<never>
  /**
   * Ask it to end (SIGTERM) and wait until it has; killed when it takes longer than ten seconds.
   */
  stop(): Promise<void>
  /** End it as a crash would (SIGKILL), and wait until it has. */
  kill(): Promise<void>
}

/**
 * Start a process that obeys `O`. Its standard output goes to our standard error: ours is for
 * figures.
 */
export function startChild<O extends Orders>(
  file: string,
  { args = [], execArgv = [] }: { args?: readonly string[]; execArgv?: readonly string[] } = {},
): Child<O> {
  const child = fork(file, args, {
    execArgv: [...execArgv],
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  child.on('message', (told: Told) => {
    const asked = waiting.get(told.number)
    waiting.delete(told.number)
    if (told.error === undefined) asked?.resolve(told.value)
    else asked?.reject(new Error(`${file}: ${told.error}`))
  })
  const ended = Promise.withResolvers<never>()
  // Who does not wait for the end need not hear of it.
  ended.promise.catch(() => {})
  child.once('exit', (code, signal) => {
    const error = new Error(`${file} ended (${signal ?? code})`)
    ended.reject(error)
    for (const asked of waiting.values()) asked.reject(error)
    waiting.clear()
  })
  return {
    ask(order, given) {
      const asked = Promise.withResolvers<unknown>()
      const number = ++last
      waiting.set(number, asked)
      if (child.connected) child.send({ number, order, given } satisfies Asked)
      else asked.reject(new Error(`${file} has ended`))
      // What comes back is what the order returned, cloned.
      return asked.promise as Promise<Awaited<ReturnType<O[typeof order]>>>
    },
    ended: ended.promise,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  }
}

/**
 * The child's side: do as the parent says, one order at a time or several, each answered when done.
 */
export function obey(orders: Orders): void {
  process.on('message', async ({ number, order, given }: Asked) => {
    const act: ((given: never) => unknown) | undefined = orders[order]
    try {
      if (act === undefined) throw new Error(`no order ${order}`)
      tell({ number, value: await act(given as never) })
    } catch (thrown) {
      tell({ number, error: thrown instanceof Error ? (thrown.stack ?? '') : String(thrown) })
    }
  })
  process.once('disconnect', () => process.exit())
}

interface Asked {
  readonly number: number
  readonly order: string
  readonly given: unknown
}

interface Told {
  readonly number: number
  readonly value?: unknown
  readonly error?: string
}

function tell(told: Told): void {
  process.send?.(told)
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(impatience)
}
