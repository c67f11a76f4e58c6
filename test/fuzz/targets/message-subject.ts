/** A dialect under test: twice, once as it is after much use, once as it is when new. */
import { isDeepStrictEqual } from 'node:util'
import {
  compileDialect,
  DecodeError,
  type Dialect,
  EncodeError,
  type FieldValue,
  type Message,
} from '#iso8583'
import {
  checkDescription,
  checkNoDifference,
  checkReadBefore,
  createRouting,
} from './message-views.ts'
import { checkSilence, Finding, type Outcome, outcomeOf } from './target.ts'

export interface Subject {
  readonly dialect: Dialect
  /** Whether reading loses nothing, so that what was read is written as the same bytes. */
  readonly isExact: boolean
  /**
   * The outcome of a dialect that has not yet read or written enough messages to have code made for
   * any kind of them.
   */
  readonly anew: <Value>(make: (dialect: Dialect) => Outcome<Value>) => Outcome<Value>
  readonly checkRouting: ReturnType<typeof createRouting>
}

const DECODE_CODES = new Set(
  (
    'TRUNCATED TRAILING_BYTES BITMAP_INVALID FIELD_UNKNOWN LENGTH_INVALID LENGTH_UNDER_MIN ' +
    'LENGTH_OVER_MAX CONTENT_INVALID NIBBLE_INVALID PAD_INVALID TAG_INVALID TAG_UNKNOWN ' +
    'TAG_DUPLICATE PART_MISSING PART_UNKNOWN'
  ).split(' '),
)
const ENCODE_CODES = new Set(
  (
    'FIELD_UNKNOWN VALUE_TYPE LENGTH_UNDER_MIN LENGTH_OVER_MAX LENGTH_AMBIGUOUS CONTENT_INVALID ' +
    'PART_MISSING PART_UNKNOWN TAG_INVALID TAG_UNKNOWN'
  ).split(' '),
)
const PATH = /^(mti|bitmap|message|[1-9]\d{0,2}(\.[A-Za-z0-9]{1,32}){0,8}(\.\$order)?)$/

/** Fewer than the messages after which a dialect makes code for one set of elements. */
const FRESH_SUCCESSES_MAX = 24
const OFTEN = 100
/** What stands before a fault costs many readings. */
const READ_BEFORE_ONE_IN = 32

export function subjectOf(document: unknown): Subject {
  const dialect = compileDialect(document)
  let fresh = dialect
  let successes = FRESH_SUCCESSES_MAX
  return {
    dialect,
    isExact: !JSON.stringify(document).includes('"ber"'),
    checkRouting: createRouting(dialect),
    anew: (make) => {
      if (successes >= FRESH_SUCCESSES_MAX) {
        fresh = compileDialect(document)
        successes = 0
      }
      const outcome = make(fresh)
      if (outcome.kind === 'made') successes += 1
      return outcome
    },
  }
}

/** Bytes are read the same by either, without being changed, and what was read can be written. */
export function checkUnpack(subject: Subject, input: Buffer): string[] {
  const { dialect, isExact, anew, checkRouting } = subject
  const before = Buffer.from(input)
  const outcome = unpacked(dialect, input)
  if (!input.equals(before)) throw new Finding('unpack changes its input')
  checkSame(
    outcome,
    anew((fresh) => unpacked(fresh, input)),
    'a new dialect reads otherwise',
  )
  checkRouting(input, outcome.kind === 'made' ? outcome.value : undefined)
  if (outcome.kind === 'refused') return [checkDecodeError(dialect, outcome.error, input)]
  checkDescription(dialect, outcome.value)
  checkNoDifference(dialect, outcome.value)
  const isStrict = !Object.hasOwn(outcome.value, 'lenient')
  const packed = outcomeOf(() => dialect.pack(outcome.value), EncodeError)
  if (packed.kind === 'refused') {
    checkEncodeError(dialect, packed.error, outcome.value)
    if (isStrict) throw new Finding('what was read cannot be written', packed.error.message)
    return [`lenient ${packed.error.message}`]
  }
  const again = unpacked(dialect, packed.value)
  if (isStrict) {
    checkSame(outcome, again, 'what was read and written is read otherwise')
    if (isExact && !isSameLine(packed.value, input)) {
      throw new Finding('what was read is written otherwise', packed.value.toString('hex'))
    }
  }
  return reachOf(outcome.value)
}

/** Slow: a hundred reads of one input, by a dialect of its own, are the same. */
export function checkReadOften(document: unknown, input: Buffer): void {
  const dialect = compileDialect(document)
  checkOften(() => unpacked(dialect, input))
}

export function checkWrittenOften(document: unknown, message: Message): void {
  const dialect = compileDialect(document)
  checkOften(() => packedBy(dialect, message))
}

function checkOften(make: () => Outcome<unknown>): void {
  const first = make()
  for (let time = 2; time <= OFTEN; time += 1) {
    checkSame(first, make(), `time ${time} differs from the first`)
  }
}

/** A message is refused by the closed list, or written so that it reads back the same for good. */
export function checkPack({ dialect, anew }: Subject, message: Message): string[] {
  checkDescription(dialect, message)
  const packed = packedBy(dialect, message)
  checkSame(
    packed,
    anew((fresh) => packedBy(fresh, message)),
    'a new dialect writes otherwise',
  )
  if (packed.kind === 'refused') return [checkEncodeError(dialect, packed.error, message)]
  const bytes = Buffer.from(packed.value, 'hex')
  const read = unpacked(dialect, bytes)
  if (read.kind === 'refused') {
    throw new Finding('what was written cannot be read', read.error.message)
  }
  const again = dialect.pack(read.value)
  if (!again.equals(bytes)) throw new Finding('what was written and read is written otherwise')
  if (read.value.mti !== message.mti) throw new Finding('another message type is written')
  checkMeant(message.fields, read.value.fields)
  return reachOf(read.value)
}

function unpacked(dialect: Dialect, bytes: Buffer): Outcome<Message> {
  return outcomeOf(() => dialect.unpack(bytes), DecodeError)
}

function packedBy(dialect: Dialect, message: Message): Outcome<string> {
  return outcomeOf(() => dialect.pack(message).toString('hex'), EncodeError)
}

function checkSame(left: Outcome<unknown>, right: Outcome<unknown>, what: string): void {
  const [first, second] = [textOf(left), textOf(right)]
  if (first !== second) throw new Finding(what, `${first} and ${second}`)
}

/** The order of members counts: it is the order on the line. */
function textOf(outcome: Outcome<unknown>): string {
  return outcome.kind === 'made' ? JSON.stringify(outcome.value) : outcome.error.message
}

function checkDecodeError(dialect: Dialect, error: Error, input: Buffer): string {
  if (!(error instanceof DecodeError)) throw new Finding('not an error of bytes')
  const { code, offset, path, message } = error
  if (!DECODE_CODES.has(code)) throw new Finding('a code outside the closed list', code)
  if (!Number.isInteger(offset) || offset < 0 || offset > input.length) {
    throw new Finding('an offset outside the input', message)
  }
  if (message !== `${code} at byte ${offset}, ${path}`) {
    throw new Finding('an error with another text', message)
  }
  checkPath(dialect, path, code)
  if (input.length % READ_BEFORE_ONE_IN === 0) checkReadBefore(dialect, input, error)
  checkSilence(error, input, [...partsKnown(dialect, path), code])
  return `${code} ${path}`
}

function checkEncodeError(dialect: Dialect, error: Error, message: Message): string {
  if (!(error instanceof EncodeError)) throw new Finding('not an error of values')
  const { code, path } = error
  if (!ENCODE_CODES.has(code)) throw new Finding('a code outside the closed list', code)
  if (error.message !== `${code}, ${path}`) throw new Finding('an error with another text')
  checkPath(dialect, path, code)
  const values = Buffer.from(JSON.stringify(message) ?? '')
  checkSilence(error, values, [...partsKnown(dialect, path), code])
  return `${code} ${path}`
}

/** A path names what the dialect has; what it lacks is named only by number, or by `other`. */
function checkPath(dialect: Dialect, path: string, code: string): void {
  if (!PATH.test(path)) throw new Finding('a path of another shape', path)
  if (/^\d/.test(path) && code !== 'FIELD_UNKNOWN' && partsKnown(dialect, path)[0] !== path) {
    throw new Finding('a path that leads nowhere', path)
  }
}

/** The longest beginning of a path that the dialect has, first; none where it has no element. */
function partsKnown(dialect: Dialect, path: string): string[] {
  if (!/^\d/.test(path)) return [path]
  const keys = path.split('.')
  for (let count = keys.length; count > 0; count -= 1) {
    const start = keys.slice(0, count).join('.')
    const isOther = count > 1 && ['other', '$order'].includes(keys[count - 1] ?? '')
    const known = isOther ? keys.slice(0, count - 1).join('.') : start
    if (dialect.field(known) !== undefined) return [start]
  }
  return []
}

function reachOf(message: Message): string[] {
  const keys = Object.keys(message.fields)
  const pairs = keys.map((key, index) => `${key}+${keys[index + 1] ?? 'end'}`)
  return [
    ...pairs,
    ...Object.entries(message.fields).flatMap(([key, value]) => pathsOf(key, value)),
  ]
}

function pathsOf(path: string, value: FieldValue): string[] {
  if (typeof value === 'string') return []
  return Object.entries(value).flatMap(([key, part]) => [
    `${path}.${key}`,
    ...pathsOf(`${path}.${key}`, part),
  ])
}

/** Nothing but case of hex and padding may differ between what was meant and what is read. */
function checkMeant(meant: unknown, read: unknown): void {
  if (isDeepStrictEqual(meant, read)) return
  if (typeof meant === 'string' && typeof read === 'string') {
    const [first, second] = [bare(meant), bare(read)]
    if (first !== second) throw new Finding('another value is written', `${first} and ${second}`)
    return
  }
  if (typeof meant !== 'object' || typeof read !== 'object' || meant === null || read === null) {
    return
  }
  for (const [key, value] of Object.entries(meant)) {
    if (Object.hasOwn(read, key))
      checkMeant(value, Object.entries(read).find(([it]) => it === key)?.[1])
    else if (key !== '$order' && value !== undefined)
      throw new Finding('a value is not written', key)
  }
}

/** Without padding of any kind, which a dialect may put on or take off. */
function bare(text: string): string {
  return text.toUpperCase().replace(/^[^1-9A-Z]+|[^1-9A-Z]+$/g, '')
}

/** The same bytes, but that hex digits may be of either case, in ASCII or in EBCDIC. */
function isSameLine(left: Buffer, right: Buffer): boolean {
  if (left.equals(right)) return true
  if (left.length !== right.length) return false
  return left.every((byte, index) => upper(byte) === upper(right[index] ?? 0))
}

function upper(byte: number): number {
  const isLower = (byte >= 0x61 && byte <= 0x66) || (byte >= 0x81 && byte <= 0x86)
  if (!isLower) return byte
  return byte < 0x80 ? byte - 0x20 : byte + 0x40
}
