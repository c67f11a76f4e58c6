import fc from 'fast-check'
import type { Dialect, FieldFacts, FieldValue, Message } from '#iso8583'

/** Any message that a dialect can carry, in the form that it is read in. */
export function messagesOf(dialect: Dialect): fc.Arbitrary<Message> {
  const values: Record<string, fc.Arbitrary<FieldValue>> = {}
  for (let number = 2; number <= 192; number += 1) {
    const facts = dialect.field(String(number))
    if (facts !== undefined) values[number] = valuesOf(facts)
  }
  return fc.record({
    mti: fc.stringMatching(/^[0-9]{4}$/),
    fields: fc
      .subarray(Object.keys(values), { maxLength: 20 })
      .chain((numbers) =>
        fc.record(
          Object.fromEntries(numbers.map((number) => [number, values[number] ?? fc.constant('')])),
        ),
      ),
  })
}

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const SPECIALS = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const CHARACTERS: Readonly<Record<string, string>> = {
  n: DIGITS,
  a: LETTERS,
  an: LETTERS + DIGITS,
  ns: DIGITS + SPECIALS,
  ans: LETTERS + DIGITS + SPECIALS,
  z: `${DIGITS}=`,
  b: '0123456789ABCDEF',
}
const DATES: Readonly<Record<string, string>> = {
  Y: '30',
  M: '12',
  D: '31',
  h: '23',
  m: '59',
  s: '00',
}

function valuesOf(facts: FieldFacts): fc.Arbitrary<FieldValue> {
  if (facts.parts !== undefined) return compositesOf(facts, facts.parts)
  if (facts.content === 'x+n') {
    const size = facts.max - 1
    return fc
      .tuple(fc.constantFrom('C', 'D'), textOf(DIGITS, size, size))
      .map((pair) => pair.join(''))
  }
  const characters = CHARACTERS[facts.content]
  if (characters === undefined)
    return fc.constant(facts.content.replace(/(.)\1/g, (_, one) => DATES[one] ?? ''))
  const perPosition = facts.content === 'b' ? 2 : 1
  const isKept = facts.pad?.kept === true
  const min = isKept ? facts.max : facts.min
  const values = textOf(characters, perPosition * min, perPosition * facts.max)
  return facts.pad === undefined || isKept
    ? values
    : values.filter((value) => value === value.trim())
}

/** Positional parts are all there; of tags there are some. */
function compositesOf(facts: FieldFacts, parts: readonly FieldFacts[]): fc.Arbitrary<FieldValue> {
  const keyed = parts.map((part) => [part.path.split('.').at(-1) ?? '', valuesOf(part)] as const)
  const all = fc.record(Object.fromEntries(keyed))
  if (facts.min === facts.max) return all
  return fc
    .subarray([...keyed], { minLength: 1 })
    .chain((some) => fc.record(Object.fromEntries(some)))
}

function textOf(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...characters)
  const even = maxLength % 2 === 0 && characters === CHARACTERS['b']
  const bound = Math.max(minLength, Math.min(maxLength, 60))
  if (!even) return fc.string({ unit, minLength, maxLength: bound })
  const pair = fc.tuple(unit, unit).map((two) => two.join(''))
  return fc
    .array(pair, { minLength: minLength / 2, maxLength: bound / 2 })
    .map((pairs) => pairs.join(''))
}
