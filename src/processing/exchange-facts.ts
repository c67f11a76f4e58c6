import { utcStamp } from '#iso8583'
import { createZoneStamp, dayOfYear } from './calendar.ts'

/** Who the bank is on the host's line. */
export interface Acquirer {
  /** Acquiring institution identification code: 1 to 11 digits (DE32). */
  readonly institution: string
  /** ISO 3166-1 numeric: 3 digits (DE19). */
  readonly country: string
}

/** What identifies one exchange with the host, in the texts that its elements carry. */
export interface ExchangeFacts {
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  /** Systems trace audit number, 1 to 999,999. */
  readonly stan: number
  /** Transmission date and time in UTC, `MMDDhhmmss` (DE7). */
  readonly transmittedAt: string
  /** Retrieval reference number, 12 characters (DE37). */
  readonly rrn: string
  /** The moment in UTC as `YYYYMMDDhhmmss`. */
  readonly utc: string
  /** The moment in the host's time zone as `YYYYMMDDhhmmss`. */
  readonly local: string
  /** The host's calendar day, `YYYY-MM-DD`. */
  readonly businessDate: string
  readonly acquirer: Acquirer
}

/** How one host numbers and dates its exchanges, and who asks. */
export interface HostFacts {
  readonly name: string
  readonly acquirer: Acquirer
  /** What all exchanges of the same second have in common; kept for that second. */
  secondAt(nowMs: number): Second
}

interface Second {
  readonly second: number
  readonly utc: string
  readonly local: string
  readonly transmittedAt: string
  readonly businessDate: string
  /** The retrieval reference number around the trace number. */
  readonly rrnBefore: string
  readonly rrnAfter: string
  readonly rrnHasStan: boolean
}

/** The rules of a host, as its mapping states them. */
export interface ExchangeRules {
  readonly host: string
  /** Of the IANA database, e.g. `UTC`. */
  readonly timeZone: string
  /**
   * Twelve characters with {@link RRN_PARTS} in braces, e.g. `{Y}{DDD}{hh}{stan}`; dates are UTC.
   */
  readonly rrn: string
  /** How long the host holds what is authorized; absent where it says nothing of it. */
  readonly holdHours?: number
}

/** The facts of one exchange: pure in the moment, the number and the host's rules. */
export function exchangeFacts(nowMs: number, stan: number, host: HostFacts): ExchangeFacts {
  const second = host.secondAt(nowMs)
  const number = second.rrnHasStan ? stanText(stan) : ''
  return {
    atMs: nowMs,
    stan,
    transmittedAt: second.transmittedAt,
    rrn: second.rrnBefore + number + second.rrnAfter,
    utc: second.utc,
    local: second.local,
    businessDate: second.businessDate,
    acquirer: host.acquirer,
  }
}

/** A trace number as DE11 has it: six digits. */
export function stanText(stan: number): string {
  return stan.toString().padStart(6, '0')
}

/** @throws RangeError when the time zone does not exist; the mapping is checked for that before. */
export function createHostFacts(rules: ExchangeRules, acquirer: Acquirer): HostFacts {
  const localStamp = rules.timeZone === 'UTC' ? utcStamp : createZoneStamp(rules.timeZone)
  const [before = '', after] = rules.rrn.split('{stan}')
  const rrnBefore = compileTemplate(before)
  const rrnAfter = compileTemplate(after ?? '')
  let last: Second | undefined
  return {
    name: rules.host,
    acquirer,
    secondAt(nowMs) {
      const second = Math.floor(nowMs / 1000)
      if (last?.second === second) return last
      const utc = utcStamp(nowMs)
      const local = localStamp(nowMs)
      last = {
        second,
        utc,
        local,
        transmittedAt: utc.slice(4),
        businessDate: `${local.slice(0, 4)}-${local.slice(4, 6)}-${local.slice(6, 8)}`,
        rrnBefore: rrnBefore(utc),
        rrnAfter: rrnAfter(utc),
        rrnHasStan: after !== undefined,
      }
      return last
    },
  }
}

/** Why a template of retrieval reference numbers is none; undefined when it is one. */
export function rrnFault(template: string): string | undefined {
  const names = [...template.matchAll(PART)].map(([, name = '']) => name)
  const unknown = names.find((name) => !(name in RRN_PARTS))
  if (unknown !== undefined) {
    return `there is no part {${unknown}}; known are ${Object.keys(RRN_PARTS).join(', ')}`
  }
  if (names.filter((name) => name === 'stan').length > 1) return '{stan} occurs more than once'
  const bare = template.replace(PART, '')
  if (!/^[A-Za-z0-9]*$/.test(bare)) return 'letters, digits and parts in braces only'
  const length = names.reduce((sum, name) => sum + (RRN_PARTS[name] ?? 0), bare.length)
  return length === 12 ? undefined : `makes ${length} characters, not 12`
}

/** Parts of a retrieval reference number and how many characters each has. */
const RRN_PARTS: Readonly<Record<string, number>> = {
  Y: 1,
  YY: 2,
  DDD: 3,
  MM: 2,
  DD: 2,
  hh: 2,
  mm: 2,
  ss: 2,
  stan: 6,
}

const PART = /\{([^{}]*)\}/g

/** A template without {stan}, as a function of the moment's stamp. */
function compileTemplate(template: string): (utc: string) => string {
  const pieces = template.split(PART).map((piece, index) => {
    // What stands between braces is every second piece.
    if (index % 2 === 0) return () => piece
    if (piece === 'DDD') return (utc: string) => dayOfYear(utc).toString().padStart(3, '0')
    const [from, to] = STAMP_PARTS[piece] ?? [0, 0]
    return (utc: string) => utc.slice(from, to)
  })
  return (utc) => {
    let text = ''
    for (const piece of pieces) text += piece(utc)
    return text
  }
}

/** Where in a stamp a part stands. */
const STAMP_PARTS: Readonly<Record<string, readonly [number, number]>> = {
  Y: [3, 4],
  YY: [2, 4],
  MM: [4, 6],
  DD: [6, 8],
  hh: [8, 10],
  mm: [10, 12],
  ss: [12, 14],
}
