/** Messages that a dialect is likely to take, drawn from what it says of its elements. */
import { type Dialect, EncodeError, type FieldFacts, type FieldValue, type Message } from '#iso8583'
import type { Seeded } from '../../fakes/seeded.ts'
import { CHARACTERS } from '../../iso8583/arbitrary-messages.ts'

/** The sign of an amount is put in front of its digits. */
const DRAWN: Readonly<Record<string, string | undefined>> = {
  ...CHARACTERS,
  b: '0123456789ABCDEF',
  'x+n': CHARACTERS['n'],
}
const DATE_PAIRS: Readonly<Record<string, string>> = {
  YY: '30',
  MM: '12',
  DD: '31',
  hh: '23',
  mm: '59',
  ss: '00',
}
const MTIS = ['0100', '0200', '0210', '0420', '0421', '0800', '1200', '1804', '2200'] as const
const ELEMENT_LAST = 192
const POSITIONS_MAX = 40
const ELEMENTS_MAX = 24
const TRIES_MAX = 6

export function numbersOf(dialect: Dialect): number[] {
  const all = Array.from({ length: ELEMENT_LAST - 1 }, (_, index) => index + 2)
  return all.filter((number) => dialect.field(String(number)) !== undefined)
}

/** Elements that the dialect refuses are tried again, then left out. */
export function createSampler(dialect: Dialect, random: Seeded): () => Message {
  const elements = numbersOf(dialect).flatMap((number) => dialect.field(String(number)) ?? [])
  return () => {
    const wanted = random.oneIn(6) ? elements.length : 1 + random.below(ELEMENTS_MAX)
    const fields: Record<string, FieldValue> = {}
    for (const facts of elements) {
      if (random.below(elements.length) >= wanted) continue
      const value = sampleElement(dialect, facts, random)
      if (value !== undefined) fields[facts.path] = value
    }
    return { mti: random.pick(MTIS), fields }
  }
}

function sampleElement(
  dialect: Dialect,
  facts: FieldFacts,
  random: Seeded,
): FieldValue | undefined {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const value = sampleOf(facts, random, tries)
    if (isTaken(dialect, { mti: '0200', fields: { [facts.path]: value } })) return value
  }
  return undefined
}

function isTaken(dialect: Dialect, message: Message): boolean {
  try {
    dialect.pack(message)
    return true
  } catch (error) {
    if (error instanceof EncodeError) return false
    throw error
  }
}

/** Parts are all there, or some, or numbered from 1: facts do not tell which composite takes. */
function sampleOf(facts: FieldFacts, random: Seeded, tries: number): FieldValue {
  const { parts } = facts
  if (parts === undefined) return textOf(facts, random, tries)
  const isSome = tries % 2 === 1
  const chosen = parts.filter(() => !isSome || random.below(parts.length + 2) < 2)
  return Object.fromEntries(
    chosen.map((part) => [part.path.split('.').at(-1) ?? '', sampleOf(part, random, tries)]),
  )
}

/** Short values mostly, the least and the greatest too. */
function textOf({ content, min, max, pad }: FieldFacts, random: Seeded, tries: number): string {
  const characters = DRAWN[content]
  if (characters === undefined) {
    return content
      .replace('YYYY', '2030')
      .replace(/YY|MM|DD|hh|mm|ss/g, (it) => DATE_PAIRS[it] ?? '')
  }
  const least = pad?.kept ? max : min
  const most = random.oneIn(8) && tries < 2 ? max : Math.min(max, Math.max(least, POSITIONS_MAX))
  const positions = least + random.below(most - least + 1)
  const count = content === 'b' ? 2 * positions : positions
  const text = Array.from({ length: count }, () => characters[random.below(characters.length)])
  if (content === 'x+n') text[0] = random.oneIn(2) ? 'C' : 'D'
  return text.join('')
}
