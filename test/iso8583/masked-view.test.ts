/** Wherever a card number stands in a message, the masked view does not show it. */
import test from 'ava'
import fc from 'fast-check'
import {
  type Composite,
  compileDialect,
  type Dialect,
  type FieldFacts,
  type Message,
} from '#iso8583'
import { cardNumbers, issuersCardNumbers } from './arbitrary-card-numbers.ts'
import { messagesOf } from './arbitrary-messages.ts'
import { DIALECT_FILES, projectJson } from './dialects.ts'

/** A card number as it stands in a value: alone, or in company that does not tell it apart. */
interface Placed {
  readonly pan: string
  readonly text: string
}

const alone = cardNumbers.map((pan) => ({ pan, text: pan }))
const zeroFilled = cardNumbers.map((pan) => ({ pan, text: `000${pan}` }))
const among = fc
  .tuple(issuersCardNumbers, fc.stringMatching(/^[0-9]{0,6}$/), fc.stringMatching(/^[0-9]{0,6}$/))
  .map(([pan, before, after]) => ({ pan, text: before + pan + after }))
const inWords = cardNumbers.map((pan) => ({ pan, text: `CARD ${pan} OK` }))
const track = cardNumbers.map((pan) => ({ pan, text: `${pan}=30122010000` }))
const tagged = cardNumbers.map((pan) => ({ pan, text: `PAN:${pan};EXP:3012` }))
const zoned = cardNumbers.map((pan) => ({ pan, text: Buffer.from(pan).toString('hex') }))
const TEXTS = [alone, zeroFilled, among, inWords, track, tagged]

for (const file of DIALECT_FILES) {
  const dialect = compileDialect(projectJson(file))

  test(`the expiry date in a message of ${file} is not shown`, (t) => {
    const [, line] = dialect.describe({ mti: '0200', fields: { 14: '3012' } })
    t.is(line?.path, '14')
    t.is(line?.value, '****')
  })

  test(`no card number in any place of a message of ${file} is shown`, (t) => {
    let shownWhole = 0
    const places = fc.tuple(messagesOf(dialect), fc.nat(), fc.oneof(...TEXTS, zoned))
    fc.assert(
      fc.property(places, ([message, choice, placed]) => {
        const changed = withCardNumber(dialect, message, { choice, placed })
        if (changed === undefined) return
        const middle = placed.pan.slice(6, -4)
        fc.pre(middle.length < 5 || !occursTwice(changed, placed, middle))
        const view = JSON.stringify(dialect.describe(changed))
        t.false(view.includes(placed.pan), placed.text)
        t.false(view.toUpperCase().includes(Buffer.from(placed.pan).toString('hex')), placed.text)
        if (middle.length >= 5) t.false(view.includes(middle), placed.text)
        if (isCarried(dialect, changed)) shownWhole += 1
      }),
      { numRuns: 80 },
    )
    t.true(shownWhole > 10, `${shownWhole} of them were messages of the dialect`)
  })
}

test('every dialect file is looked at', (t) => t.true(DIALECT_FILES.length >= 10))

interface Change {
  readonly choice: number
  readonly placed: Placed
}

/** The message with a card number in one of the values that can carry it; undefined without one. */
function withCardNumber(
  dialect: Dialect,
  message: Message,
  { choice, placed }: Change,
): Message | undefined {
  const leaves = Object.entries(message.fields)
    .flatMap(([number, value]) => pathsIn(number, value))
    .flatMap((path) => {
      const facts = dialect.field(path)
      const value = facts && valueFor(facts, placed.text)
      return value === undefined ? [] : [{ path, value }]
    })
  const leaf = leaves[choice % Math.max(1, leaves.length)]
  return leaf && { ...message, fields: placedAt(message.fields, leaf.path.split('.'), leaf.value) }
}

function pathsIn(path: string, value: string | Composite): string[] {
  if (typeof value === 'string') return [path]
  return Object.entries(value).flatMap(([key, part]) =>
    key === '$order' ? [] : pathsIn(`${path}.${key}`, part),
  )
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  n: /^[0-9]+$/,
  an: /^[0-9A-Za-z]+$/,
  anp: /^[0-9A-Za-z ]+$/,
  ns: /^[^A-Za-z]+$/,
  ans: /./,
  z: /^[0-9=]+$/,
  b: /^(?:[0-9]{2})+$/,
}

/** A value of the right class and length that holds the text; undefined when none can. */
function valueFor({ content, min, max, pad }: FieldFacts, text: string): string | undefined {
  const perPosition = content === 'b' ? 2 : 1
  const fits = CLASSES[content]?.test(text) && text.length <= max * perPosition
  if (!fits) return undefined
  if (pad !== undefined || text.length >= min * perPosition) return text
  const fill = content === 'ans' || content === 'ns' || content === 'anp' ? ' ' : '0'
  return text.padStart(min * perPosition, fill)
}

function placedAt(around: Composite, path: readonly string[], value: string): Composite {
  const [key = '', ...rest] = path
  const inner = around[key]
  const isLeaf = rest.length === 0 || typeof inner !== 'object'
  return { ...around, [key]: isLeaf ? value : placedAt(inner, rest, value) }
}

/** Whether a few digits of the card number stand elsewhere in the message too, by chance. */
function occursTwice(message: Message, { pan }: Placed, middle: string): boolean {
  const others = JSON.stringify(message).split(pan).join(' ')
  return others.includes(middle)
}

function isCarried(dialect: Dialect, message: Message): boolean {
  try {
    dialect.pack(message)
    return true
  } catch {
    return false
  }
}
