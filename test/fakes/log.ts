import type { Log, LogFacts, LogLevel } from '#platform'

export interface LoggedLine {
  readonly level: LogLevel
  readonly event: string
  readonly facts: LogFacts | undefined
}

/** A log whose lines a test can look at. */
export function collectLog(): { readonly log: Log; readonly lines: readonly LoggedLine[] } {
  const lines: LoggedLine[] = []
  const at = (level: LogLevel) => (event: string, facts?: LogFacts) => {
    lines.push({ level, event, facts })
  }
  const log: Log = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    with: () => log,
  }
  return { log, lines }
}
