import { globSync, readFileSync } from 'node:fs'
import {
  type Conduct,
  type CoreHost,
  compileConduct,
  createCoreHost,
  openBook,
  parseSandbox,
  type Sandbox,
} from '#host-emulator'
import { compileDialect, compileFrameHeader, type Message } from '#iso8583'
import type { Clock } from '#platform'

/** The reference host's specifications and a host without lines, as the tests here need them. */
const FOLDER = 'specs/hosts/meridian'

export interface Step extends Message {
  readonly from: 'gateway' | 'host'
  readonly hex: string
}

export interface Transcript {
  readonly name: string
  readonly flow: string
  readonly given: { readonly signedOn: boolean; readonly businessDate: string }
  readonly steps: readonly Step[]
}

export const CARDS = parseSandbox(JSON.parse(readFileSync('specs/sandbox-cards.json', 'utf8')))

export const TRANSCRIPTS: readonly Transcript[] = globSync(`${FOLDER}/transcripts/*.json`)
  .sort()
  .map((file) => ({
    ...JSON.parse(readFileSync(file, 'utf8')),
    name: file.replace(/.*\/|\.json/g, ''),
  }))

/** A document of the host's folder, or what stands at a path `a/b/0` in it. */
export function json(name: string, path = ''): JsonObject {
  const document = JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'))
  const steps = path === '' ? [] : path.split('/')
  return steps.reduce((at, step) => at[step], document)
}

type JsonObject = { readonly [member: string]: unknown }

/** A copy of a document with other values at paths `a/b/0`; undefined takes a member out. */
export function changed(document: JsonObject, changes: JsonObject): JsonObject {
  const copy = structuredClone(document)
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('/')
    const last = steps.pop() ?? ''
    const holder = steps.reduce<Record<string, unknown>>(
      (at, step) => at[step] as Record<string, unknown>,
      copy as Record<string, unknown>,
    )
    if (value === undefined) delete holder[last]
    else holder[last] = value
  }
  return copy
}

export const DIALECT = compileDialect(json('dialect.json'))

export const CONDUCT = compileConduct(json('conduct.json'), DIALECT)

export const HEADER = compileFrameHeader({
  length: { bytes: 2, encoding: 'binary', includesItself: false },
})

/** A clock that stands still until it is moved; its deadlines fall due on the way. */
export interface FakeClock extends Clock {
  advance(byMs: number): void
}

export function fakeClock(startMs = Date.parse('2026-11-22T10:00:00Z')): FakeClock {
  let nowMs = startMs
  const waiting = new Set<{ readonly atMs: number; readonly act: () => void }>()
  return {
    nowMs: () => nowMs,
    elapsedMs: () => nowMs - startMs,
    after(delayMs, act) {
      const deadline = { atMs: nowMs + delayMs, act }
      waiting.add(deadline)
      return () => void waiting.delete(deadline)
    },
    soon: setImmediate,
    advance(byMs) {
      nowMs += byMs
      for (const deadline of [...waiting].filter(({ atMs }) => atMs <= nowMs)) {
        waiting.delete(deadline)
        deadline.act()
      }
    },
  }
}

export const HOLD_MS = 7 * 86_400_000

export function openHost(
  options: {
    readonly file?: string
    readonly clock?: Clock
    readonly businessDate?: string
    readonly cards?: Sandbox
    readonly conduct?: Conduct
  } = {},
) {
  const { cards } = options.cards ?? CARDS
  const conduct = options.conduct ?? CONDUCT
  const currency = conduct.accountCurrency
  const book = openBook(options.file ?? ':memory:', {
    cards,
    businessDate: options.businessDate ?? '2026-11-22',
    ...(currency === undefined ? {} : { currency }),
  })
  const host: CoreHost = createCoreHost({
    book,
    clock: options.clock ?? fakeClock(),
    conduct,
    cardFaults: new Map(cards.flatMap((it) => (it.fault ? [[it.pan, it.fault]] : []))),
    script: [],
    holdMs: HOLD_MS,
  })
  return { book, host }
}

export const APPROVING = '4539578763621486'

/**
 * A payment request as the interface wants it, with `changes` by element; undefined leaves one out.
 */
export function payment(
  mti: '0100' | '0200',
  stan: number,
  changes: Readonly<Record<string, string | Readonly<Record<string, string>> | undefined>> = {},
): Message {
  const trace = String(stan).padStart(6, '0')
  const fields = {
    2: APPROVING,
    3: '000000',
    4: '000000001250',
    7: '1122100000',
    11: trace,
    12: '100000',
    13: '1122',
    14: '3012',
    18: '5942',
    19: '840',
    22: '812',
    25: '59',
    32: '445566',
    37: `632610${trace}`,
    41: 'TERM0001',
    42: 'CORNERBOOKS01',
    43: { name: 'Corner Books', city: 'New York', country: 'US' },
    49: '840',
    ...changes,
  }
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { mti, fields: Object.fromEntries(present) as Message['fields'] }
}

/** The advice that captures `original`, which was approved with this code. */
export function capture(
  original: Message,
  changes: Readonly<Record<string, string | undefined>> = {},
  mti = '0220',
): Message {
  const kept = '2 3 4 18 22 25 32 37 41 42 49'.split(' ')
  const { fields } = original
  const [stan, transmittedAt] = [String(fields['11']), String(fields['7'])]
  const own = {
    ...Object.fromEntries(kept.map((element) => [element, fields[element]])),
    ...{ 7: '1122100030', 11: `9${stan.slice(1)}`, 12: '100030', 13: '1122' },
    38: approvalCode(stan, transmittedAt),
    90: {
      ...{ mti: original.mti, stan, transmittedAt, forwarder: '00000000000' },
      acquirer: String(fields['32']).padStart(11, '0'),
    },
    ...changes,
  }
  const present = Object.entries(own).filter(([, value]) => value !== undefined)
  return { mti, fields: Object.fromEntries(present) as Message['fields'] }
}

/** What interface.md 4.38 says. */
function approvalCode(stan: string, transmittedAt: string): string {
  return String((Number(stan) * 7919 + Number(transmittedAt)) % 1_000_000).padStart(6, '0')
}

/** The advice that reverses `original`. */
export function reversal(
  original: Message,
  changes: Readonly<Record<string, string>> = {},
  mti = '0420',
): Message {
  const kept = '2 3 4 11 12 13 18 22 25 32 37 41 42 49'.split(' ')
  const { fields } = original
  return {
    mti,
    fields: {
      ...Object.fromEntries(kept.map((element) => [element, fields[element] ?? ''])),
      7: '1122100025',
      90: {
        mti: original.mti,
        stan: String(fields['11']),
        transmittedAt: String(fields['7']),
        acquirer: String(fields['32']).padStart(11, '0'),
        forwarder: '00000000000',
      },
      95: {
        transaction: '000000000000',
        settlement: '000000000000',
        transactionFee: 'C00000000',
        settlementFee: 'C00000000',
      },
      ...changes,
    },
  }
}

/** An increment or a refund of `original`, which was approved; it counts and dates itself. */
export function followUp(
  original: Message,
  changes: Readonly<Record<string, string | Readonly<Record<string, string>> | undefined>> = {},
): Message {
  const { fields } = original
  const [stan, transmittedAt] = [String(fields['11']), String(fields['7'])]
  const isRefund = changes['3'] === '200000'
  const own = {
    2: String(fields['2']),
    38: approvalCode(stan, transmittedAt),
    90: {
      ...{ mti: original.mti, stan, transmittedAt, forwarder: '00000000000' },
      acquirer: String(fields['32']).padStart(11, '0'),
    },
    ...changes,
  }
  return payment(isRefund ? '0200' : '0100', 500 + Number(stan), own)
}
