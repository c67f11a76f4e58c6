import test from 'ava'
import fc from 'fast-check'
import type { Dialect, FieldValue, Message } from '#iso8583'
import { type Dissected, dissect, type Form, isMalformed } from '../../oracles/tshark.ts'
import { messagesOf } from '../arbitrary-messages.ts'
import { projectJson } from '../dialects.ts'
import { editionOf, elementsOf, fileOf } from './editions.ts'

/** Where the dissector's own table, of tshark 4.0.17, is not that of the standard. */
interface Judge {
  readonly edition: string
  readonly form: Form
  /** Its messages begin with this: the dissector chooses its table by it. */
  readonly mti: string
  /** Elements it cannot judge, and why. */
  readonly wrong: Readonly<Record<string, string>>
  /** Elements it takes in a narrower class: it judges values of that. */
  readonly narrower: Readonly<Record<string, string>>
}

const RAW = 'of raw bytes it prints twice as many as it has room for'

const WRONG_1987 = {
  53: 'takes 8 digits',
  55: 'takes text, and hex by its characters',
  86: 'takes 15 digits',
  87: 'takes 15 digits',
  88: 'takes 15 digits',
  89: 'takes 15 digits',
}
const WRONG_1993 = {
  15: 'takes 4 digits',
  53: 'takes it without a length',
  71: 'takes 6 digits',
}
const WRONG_PACKED = { 35: RAW, 36: RAW, 52: RAW, 55: RAW, 64: RAW, 96: RAW, 128: RAW }

const JUDGES: readonly Judge[] = [
  {
    edition: '1987-ascii',
    form: 'text',
    mti: '0',
    wrong: WRONG_1987,
    narrower: { 36: 'n', 92: 'n', 93: 'n' },
  },
  {
    edition: '1993-ascii',
    form: 'text',
    mti: '1',
    wrong: WRONG_1993,
    narrower: { 37: 'an', 38: 'an' },
  },
  {
    edition: '1987-binary',
    form: 'packed',
    mti: '0',
    wrong: {
      ...WRONG_1987,
      ...WRONG_PACKED,
      92: 'takes packed digits',
      93: 'takes packed digits',
    },
    narrower: {},
  },
  {
    edition: '1993-binary',
    form: 'packed',
    mti: '1',
    wrong: { ...WRONG_1993, ...WRONG_PACKED },
    narrower: { 37: 'an', 38: 'an' },
  },
]

const MESSAGES = 100

/** It takes a few for no message of its own: a raw bitmap must not look like 16 characters. */
const UNKNOWN_MAX = 3

for (const judge of JUDGES) {
  test(`Wireshark’s dissector reads from 100 messages of ${judge.edition} what was packed`, (t) => {
    const dialect = editionOf(judge.edition)
    const messages = fc.sample(judgedMessages(dialect, judge), { numRuns: MESSAGES, seed: 8583 })
    const wires = messages.map((message) => dialect.pack(message))
    const read = dissect(wires, judge.form)
    t.is(read.length, MESSAGES)
    t.true(read.filter(isDissected).length >= MESSAGES - UNKNOWN_MAX)
    const shown = shownBy(judge, dialect)
    for (const [index, { mti, fields }] of messages.entries()) {
      if (!isDissected(read[index] ?? {})) continue
      const packed = Object.entries(fields).map(([key, value]) => [key, shown(key, value)])
      t.deepEqual(elementsIn(read[index] ?? {}), { mti, ...Object.fromEntries(packed) })
    }
    const judged = new Set(messages.flatMap(({ fields }) => Object.keys(fields)))
    t.deepEqual(
      elementsOf(dialect).filter((element) => !(element in judge.wrong || judged.has(element))),
      [],
    )
  })
}

test('the dissector does judge: a letter among digits, and a length too great, it refuses', (t) => {
  const dialect = editionOf('1987-ascii')
  const message = dialect.pack({ mti: '0100', fields: { 2: '4111111111111111', 11: '123456' } })
  const letter = Buffer.from(message.toString('latin1').replace('123456', '12345X'), 'latin1')
  const long = Buffer.from(message.toString('latin1').replace('164111', '404111'), 'latin1')
  const [good, ...bad] = dissect([message, letter, long], 'text')
  t.deepEqual([good, ...bad].map(isMalformed), [false, true, true])
})

/**
 * Any message of the elements that are judged; long enough to be dissected. Of a length in three
 * packed digits the dissector looks at four bytes: a value at the end has at least two.
 */
function judgedMessages(dialect: Dialect, judge: Judge): fc.Arbitrary<Message> {
  const { form, wrong, narrower } = judge
  const field: Dialect['field'] = (path) => {
    const facts = path in wrong ? undefined : dialect.field(path)
    if (facts === undefined) return undefined
    const { content, min, max } = facts
    const least = Math.min(max, Math.max(min, form === 'packed' ? 2 : 1))
    return { ...facts, min: least, content: narrower[path] ?? content }
  }
  return messagesOf({ ...dialect, field }).map(({ mti, fields }) => ({
    mti: judge.mti + mti.slice(1),
    fields: { 4: '000000012345', 7: '1122102030', ...fields },
  }))
}

function isDissected(dissected: Dissected): boolean {
  return 'iso8583.mti' in dissected
}

/** The elements that the dissector names; what it finds malformed among them is one more. */
function elementsIn(dissected: Dissected): Record<string, unknown> {
  const elements: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(dissected)) {
    const element = /^iso8583\.(?:bit)?(mti|\d+|\w*MALFORMED.*)$/.exec(name)?.[1]
    if (element !== undefined) elements[element] = value
    else if (!/^iso8583\.(len|map1|map2)$/.test(name)) elements[name] = value
  }
  return elements
}

interface FieldSpecification {
  readonly encoding?: string
  readonly length: number | { readonly prefix?: { readonly digits: number } }
  readonly composite?: { readonly parts?: object; readonly part?: FieldSpecification }
}

/** How the dissector would show an element: its bytes on the line, without the length in front. */
function shownBy(
  { edition, form }: Judge,
  dialect: Dialect,
): (element: string, value: FieldValue) => string {
  const fields = projectJson(fileOf(edition))['fields'] as Record<string, FieldSpecification>
  const isPacked = ({ encoding, composite }: FieldSpecification): boolean =>
    composite === undefined
      ? form === 'packed' && encoding === undefined
      : isPacked(composite.part ?? Object.values(composite.parts ?? {})[0])
  return (element, value) => {
    const field = fields[element] ?? { length: 0 }
    if (isPacked(field) && typeof value === 'string') return digitsShown(value)
    const bytes = dialect.pack({ mti: '0000', fields: { [element]: value } })
    const bitmaps = Number(element) > 64 ? 2 : 1
    const digits = typeof field.length === 'number' ? 0 : (field.length.prefix?.digits ?? 0)
    const start =
      form === 'text' ? 4 + 16 * bitmaps + digits : 2 + 8 * bitmaps + ((digits + 1) >> 1)
    return bytes.subarray(start).toString(isPacked(field) ? 'hex' : 'latin1')
  }
}

/** It shows the sign of a packed amount, a letter of its own byte, by the low half of that byte. */
function digitsShown(value: string): string {
  return value.replace(/^C/, '3').replace(/^D/, '4')
}
