import fc from 'fast-check'
import { type Dialect, EncodeError, type FieldFacts, type FieldValue, type Message } from '#iso8583'

/** Any message that a dialect can carry, in the form that it is read in. */
export function messagesOf(dialect: Dialect): fc.Arbitrary<Message> {
  const values: Record<string, fc.Arbitrary<FieldValue>> = {}
  for (let number = 2; number <= 192; number += 1) {
    const facts = dialect.field(String(number))
    if (facts === undefined) continue
    const known = valuesOf(facts, dialect)
    values[number] = mayNotFit(facts)
      ? known.filter((value) => isCarried(dialect, { [number]: value }))
      : known
  }
  return fc.record({
    mti: fc.stringMatching(/^[0-9]{4}$/),
    fields: fc
      .subarray(Object.keys(values), { maxLength: Math.min(20, Object.keys(values).length) })
      .chain((numbers) =>
        fc.record(
          Object.fromEntries(numbers.map((number) => [number, values[number] ?? fc.constant('')])),
        ),
      ),
  })
}

function mayNotFit({ composite, content, min, max }: FieldFacts): boolean {
  return composite !== undefined || (min < max && (content === 'n' || content === 'z'))
}

/**
 * Whether the parts fit into their composite, and an odd count of digits can be told; the facts of
 * a dialect do not say.
 */
function isCarried(dialect: Dialect, fields: Message['fields']): boolean {
  try {
    dialect.pack({ mti: '0800', fields })
    return true
  } catch (error) {
    if (error instanceof EncodeError && UNTOLD.includes(error.code)) return false
    throw error
  }
}
const UNTOLD = ['LENGTH_OVER_MAX', 'LENGTH_UNDER_MIN', 'LENGTH_AMBIGUOUS']

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const SPECIALS = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
/** The characters of each class of text. */
export const CHARACTERS: Readonly<Record<string, string>> = {
  n: DIGITS,
  a: LETTERS,
  s: SPECIALS,
  an: LETTERS + DIGITS,
  ap: `${LETTERS} `,
  anp: `${LETTERS}${DIGITS} `,
  as: LETTERS + SPECIALS,
  ns: DIGITS + SPECIALS,
  ans: LETTERS + DIGITS + SPECIALS,
  z: `${DIGITS}=`,
}
/** The pairs of a date or time. */
const PAIRS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  YY: [0, 99],
  MM: [1, 12],
  DD: [1, 31],
  hh: [0, 23],
  mm: [0, 59],
  ss: [0, 59],
}

function valuesOf(facts: FieldFacts, dialect: Dialect): fc.Arbitrary<FieldValue> {
  const { content, min, max, pad } = facts
  if (facts.composite !== undefined) return compositesOf(facts, dialect)
  if (content === 'b') return textOf('0123456789ABCDEF', 2 * min, 2 * max)
  if (content === 'x+n') {
    const sign = fc.constantFrom('C', 'D')
    return fc.tuple(sign, textOf(DIGITS, min - 1, max - 1)).map((pair) => pair.join(''))
  }
  const characters = CHARACTERS[content]
  if (characters === undefined) return datesOf(content)
  if (pad?.kept === true) return textOf(characters, max, max)
  const values = textOf(characters, min, max)
  if (pad === undefined) return values
  const isBare = (value: string) => value.at(pad.side === 'left' ? 0 : -1) !== pad.with
  return values.filter(isBare)
}

function datesOf(layout: string): fc.Arbitrary<string> {
  const pairs = layout.match(/../g) ?? []
  return fc
    .tuple(
      ...pairs.map((pair) => {
        const [min, max] = PAIRS[pair] ?? [0, 0]
        return fc.integer({ min, max }).map((number) => String(number).padStart(2, '0'))
      }),
    )
    .map((texts) => texts.join(''))
    .filter((date) => hasDay(layout, date))
}

/** Whether the month has the day, by the runtime's calendar; without a year, in a leap year. */
function hasDay(layout: string, date: string): boolean {
  const [day, month, year] = ['DD', 'MM', 'YY'].map((pair) => layout.lastIndexOf(pair))
  if (day === undefined || month === undefined || day < 0 || month < 0) return true
  const pairAt = (at = -1) => (at < 0 ? 0 : Number(date.slice(at, at + 2)))
  const first = layout.startsWith('YYYY') ? Number(date.slice(0, 4)) : 2000 + pairAt(year)
  const moment = new Date(0)
  moment.setUTCFullYear(first, pairAt(month) - 1, pairAt(day))
  return moment.getUTCDate() === pairAt(day)
}

function textOf(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...characters)
  const bound = Math.max(minLength, Math.min(maxLength, 60))
  if (characters !== '0123456789ABCDEF') return fc.string({ unit, minLength, maxLength: bound })
  const pair = fc.tuple(unit, unit).map((two) => two.join(''))
  return fc
    .array(pair, { minLength: minLength / 2, maxLength: bound / 2 })
    .map((pairs) => pairs.join(''))
}

function compositesOf(facts: FieldFacts, dialect: Dialect): fc.Arbitrary<FieldValue> {
  const parts = (facts.parts ?? []).map((part) => ({
    key: part.path.split('.').at(-1) ?? '',
    values: valuesOf(part, dialect),
  }))
  switch (facts.composite) {
    case 'positional':
      return recordOf(parts)
    case 'repeated':
      return repeatsOf(facts, parts[0]?.values ?? fc.constant(''), dialect)
    case 'bitmap':
      return fc.subarray(parts).chain(recordOf)
    default:
      return tagsOf(parts, othersOf(facts, dialect))
  }
}

interface Part {
  readonly key: string
  readonly values: fc.Arbitrary<FieldValue>
}

function recordOf(parts: readonly Part[]): fc.Arbitrary<FieldValue> {
  return fc.record(Object.fromEntries(parts.map(({ key, values }) => [key, values])))
}

function repeatsOf(
  { path }: FieldFacts,
  values: fc.Arbitrary<FieldValue>,
  dialect: Dialect,
): fc.Arbitrary<FieldValue> {
  let max = 1
  while (max < 8 && dialect.field(`${path}.${max + 1}`) !== undefined) max += 1
  return fc
    .array(values, { minLength: 1, maxLength: max })
    .map((list) => Object.fromEntries(list.map((value, index) => [index + 1, value])))
}

/** Tags that no dialect lists and that some take. */
const STRAY_TAGS = ['DF7F', '1F01', '7E', 'ZZ', '98', 'ZZZ', '997', 'FE', 'FFFE']

function othersOf({ path, parts = [] }: FieldFacts, dialect: Dialect): Part[] {
  const listed = new Set(parts.map((part) => part.path))
  return STRAY_TAGS.flatMap((key) => {
    const facts = dialect.field(`${path}.${key}`)
    if (facts === undefined || listed.has(`${path}.${key}`)) return []
    return [{ key, values: valuesOf(facts, dialect) }]
  })
}

/** Some of the tags in any order, which is told where an object cannot keep it. */
function tagsOf(parts: readonly Part[], others: readonly Part[]): fc.Arbitrary<FieldValue> {
  return fc.shuffledSubarray([...parts, ...others], { minLength: 1, maxLength: 3 }).chain((some) =>
    recordOf(some).map((value) => {
      const order = some.map(({ key }) => key).join(' ')
      return Object.keys(value).join(' ') === order
        ? value
        : { ...(value as object), $order: order }
    }),
  )
}
