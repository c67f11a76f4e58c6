import type { Writable } from 'node:stream'
import winston from 'winston'

/** Facts beside a log line. Secrets and PANs given here print masked, because their types do. */
export type LogFacts = Readonly<Record<string, unknown>>

/**
 * The operational log: one JSON object a line.
 *
 * For the operator, not for the record: the journal is the record, so nothing here is written per
 * approved payment. `event` is a fixed kebab-case name; what varies goes into `facts`.
 */
export interface Log {
  error(event: string, facts?: LogFacts): void
  warn(event: string, facts?: LogFacts): void
  info(event: string, facts?: LogFacts): void
  debug(event: string, facts?: LogFacts): void
  /** The same log with `facts` added to every line. */
  with(facts: LogFacts): Log
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

/** @param sink where finished lines go, e.g. standard error. */
export function createLog(level: LogLevel, sink: Writable): Log {
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(
      winston.format.timestamp(),
      winston.format.json({ replacer: (_member, value) => printable(value) }),
    ),
    transports: [new winston.transports.Stream({ stream: sink, eol: '\n' })],
  })
  return logOver(logger, {})
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  with: () => silentLog,
}

function logOver(logger: winston.Logger, base: LogFacts): Log {
  const at = (level: LogLevel) => (event: string, facts?: LogFacts) => {
    logger.log(level, event, { ...base, ...facts })
  }
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    with: (facts) => logOver(logger, { ...base, ...facts }),
  }
}

/**
 * Values that JSON cannot hold, bytes, and errors, of which only the kind and code are kept: a text
 * may quote data. A Buffer has turned itself into an object of numbers by the time JSON asks.
 */
function printable(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array || isBufferJson(value)) return '[bytes]'
  if (value instanceof Error) {
    const code = 'code' in value ? value.code : undefined
    return { error: value.name, ...(typeof code === 'string' ? { code } : {}) }
  }
  return value
}

function isBufferJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
}
