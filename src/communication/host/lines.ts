import { STAN_MAX } from '#domain'
import type { Random } from '#platform'
import type { Connection } from './connection.ts'
import { HostLine, type LineCounters, type LineParts } from './line.ts'

/** The connections to one host, as they come and go. */
export interface HostLines {
  readonly counters: LineCounters & { linesEnded: number }
  /** Make an open connection a line, and sign it on. */
  adopt(socket: Connection): HostLine
  /** Resolves when the next line is signed on. */
  nextReady(): Promise<void>
  openCount(): number
  readyCount(): number
  sweep(nowMs: number): void
  /** There are keys to make MACs with. */
  noteKeys(): void
  /** Sign every line off and hang up; resolves when none is left. */
  signOffAll(): Promise<void>
  destroyAll(): void
}

export type LinesParts = Omit<LineParts, 'counters' | 'nextStan'> & { readonly random: Random }

export function createHostLines(parts: LinesParts): HostLines {
  const lines = new Set<HostLine>()
  const counters = zeroLineCounters()
  const onReady: (() => void)[] = []
  const onEmpty: (() => void)[] = []

  const lineParts: LineParts = {
    ...parts,
    counters,
    nextStan: createNetworkStans(parts),
    onReadiness(line) {
      parts.onReadiness(line)
      if (line.isReady()) callAll(onReady)
    },
    onEnd(line, why) {
      lines.delete(line)
      counters.linesEnded += 1
      parts.onEnd(line, why)
      if (lines.size === 0) callAll(onEmpty)
    },
  }

  return {
    counters,
    adopt(socket) {
      const line = new HostLine(socket, lineParts)
      lines.add(line)
      void line.signOn()
      return line
    },
    nextReady: () => new Promise((resolve) => onReady.push(resolve)),
    openCount: () => lines.size,
    readyCount: () => [...lines].filter((line) => line.isReady()).length,
    sweep(nowMs) {
      for (const line of lines) line.sweep(nowMs)
    },
    noteKeys() {
      for (const line of lines) line.noteKeys()
    },
    signOffAll() {
      for (const line of lines) void line.signOff()
      return lines.size === 0 ? Promise.resolve() : new Promise((resolve) => onEmpty.push(resolve))
    },
    destroyAll() {
      for (const line of lines) line.destroy()
    },
  }
}

function callAll(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve()
}

/**
 * Trace numbers of network messages, from a random one on so that a restart repeats none. They need
 * not be other than those of payments: the message class is part of every key.
 */
function createNetworkStans({ profile, random }: LinesParts): () => string {
  let last = random.integer(1, STAN_MAX + 1)
  return () => {
    last = last === STAN_MAX ? 1 : last + 1
    return String(last).padStart(profile.network.stanDigits, '0')
  }
}

function zeroLineCounters(): HostLines['counters'] {
  return {
    linesEnded: 0,
    hostRequests: 0,
    hostRequestsRefused: 0,
    hostRequestsUnanswerable: 0,
    messagesUnreadable: 0,
    echoesMissed: 0,
  }
}
