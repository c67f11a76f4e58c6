/**
 * The steps of a straight-line reader: code that moves `at` over one element of `bytes`.
 *
 * Steps recognise what is good. They return `undefined` where they cannot go on, and clear the low
 * bit of `good` at a character that does not belong, which is looked at once, at the end.
 */
import { allowedFromLine, type CharacterSet, toLine } from '../../character-sets.ts'
import type {
  FieldPlan,
  PackedPlan,
  PrefixPlan,
  TextPad,
  TextPlan,
} from '../../specification/plan.ts'
import { countedBytes, lineBytes, prefixCount } from '../../specification/sizes.ts'
import { textForm } from '../line.ts'
import { dateChecks } from './dates.ts'
import type { Draft, Step } from './draft.ts'
import { makeObject } from './objects.ts'

/**
 * `undefined` for an element that only its codec can read: tags, tracks, signs, lengths that count
 * something else than positions.
 */
export function stepOver(plan: FieldPlan, draft: Draft): Step | undefined {
  switch (plan.body.kind) {
    case 'text':
      return plan.body.content.kind === 'signed' ? undefined : textStep(plan, plan.body, draft)
    case 'packed':
      return isPlainPacked(plan, plan.body) ? packedStep(plan, plan.body, draft) : undefined
    case 'binary':
      return plan.body.encoding === 'binary' && plan.length.unit === 'bytes'
        ? rawStep(plan, draft)
        : undefined
    case 'positional':
      return positionalStep(plan, plan.body.parts, draft)
    default:
      return undefined
  }
}

/** Code that moves `at` over an element by its length alone, which is held to its limits. */
export function skipOver(plan: FieldPlan, draft: Draft): string {
  const { prefix, min, max } = plan.length
  if (prefix === undefined) {
    return `at += ${lineBytes(plan.body, max)}\nif (at > size) return undefined`
  }
  const [least, most] = [prefixCount(plan, min), prefixCount(plan, max)]
  const isPlain = plan.body.kind === 'text'
  const toBytes = isPlain ? '' : draft.constant((count: number) => countedBytes(plan, count))
  return `${prefixSteps(prefix)}
    if (end < ${least} || end > ${most}) return undefined
    at += ${prefixBytes(prefix)} + ${toBytes}(end)
    if (at > size) return undefined`
}

/** Where an element's value begins and ends, by name. */
interface Extent {
  readonly code: string
  readonly from: string
  readonly to: string
}

function textStep(plan: FieldPlan, text: TextPlan, draft: Draft): Step {
  const { content, characterSet, pad } = text
  const table = allowedFromLine(characterSet, content.characters)
  const { max, prefix } = plan.length
  const around = extentOf(plan, draft, { bytesPer: (count) => count })
  const fill = pad === undefined || pad.kept ? undefined : fillOf(pad, characterSet)
  const within = fill === undefined ? around : strippedExtent(plan, around, { fill, draft })
  const isWhole = fill === undefined || table[fill.byte] === 1
  const checks =
    isWhole && prefix === undefined && max <= UNROLLED_MAX
      ? unrolledCheck(around.from, { width: max, table: draft.constant(table) })
      : loopedCheck(isWhole ? around : within, draft.constant(table))
  const zero = toLine(characterSet)[0x30] as number
  const digit = (index: number) => `bytes[${around.from} + ${index}]`
  const pairAt = (at: number) => `((${digit(at)} - ${zero}) * 10 + ${digit(at + 1)} - ${zero})`
  const dates = dateChecks(content, pairAt, draft)
  return {
    code: [within.code, checks, dates].join('\n'),
    value: `text${textForm(characterSet)}.substring(${within.from}, ${within.to})`,
  }
}

/** Behind a prefix the loop cannot be known; in front of a long one it costs less to have one. */
const UNROLLED_MAX = 16

function unrolledCheck(from: string, { width, table }: { width: number; table: string }): string {
  const checks = Array.from({ length: width }, (_, index) => `${table}[bytes[${from} + ${index}]]`)
  return `good &= ${checks.join(' & ')}`
}

function loopedCheck({ from, to }: Extent, table: string): string {
  return `for (index = ${from}; index < ${to}; index += 1) good &= ${table}[bytes[index]]`
}

interface Fill {
  readonly side: 'left' | 'right'
  readonly byte: number
}

function fillOf(pad: TextPad, set: CharacterSet): Fill {
  return { side: pad.side, byte: toLine(set)[pad.with.charCodeAt(0)] as number }
}

function strippedExtent(
  plan: FieldPlan,
  around: Extent,
  { fill: { side, byte }, draft }: { fill: Fill; draft: Draft },
): Extent {
  const edge = draft.name()
  const { from, to } = around
  const isLeft = side === 'left'
  const strip = isLeft
    ? `let ${edge} = ${from}
      while (${edge} < ${to} && bytes[${edge}] === ${byte}) ${edge} += 1`
    : `let ${edge} = ${to}
      while (${edge} > ${from} && bytes[${edge} - 1] === ${byte}) ${edge} -= 1`
  const within = isLeft ? { from: edge, to } : { from, to: edge }
  const tooShort = `if (${within.to} - ${within.from} < ${plan.length.min}) return undefined`
  return { ...within, code: [around.code, strip, tooShort].join('\n') }
}

/** Moves over prefix and value; `bytesPer` says how many bytes so many positions take. */
function extentOf(
  { length: { prefix, min, max } }: FieldPlan,
  draft: Draft,
  { bytesPer, count }: { bytesPer: (count: string) => string; count?: string },
): Extent {
  const from = draft.name()
  const to = draft.name()
  const positions = count ?? draft.name()
  const length =
    prefix === undefined
      ? `const ${from} = at, ${positions} = ${max}`
      : `${prefixSteps(prefix)}
        const ${positions} = end
        if (${positions} < ${min} || ${positions} > ${max}) return undefined
        const ${from} = at + ${prefixBytes(prefix)}`
  return {
    from,
    to,
    code: `${length}
      const ${to} = ${from} + ${bytesPer(positions)}
      if (${to} > size) return undefined
      at = ${to}`,
  }
}

function prefixBytes({ encoding, size }: PrefixPlan): number {
  return encoding === 'bcd' ? (size + 1) >> 1 : size
}

/** Reads a length into `end`. */
function prefixSteps(prefix: PrefixPlan): string {
  const { encoding, size } = prefix
  const bytes = Array.from({ length: prefixBytes(prefix) }, (_, index) => `bytes[at + ${index}]`)
  const inside = `if (at + ${bytes.length} > size) return undefined`
  if (encoding === 'binary') return `${inside}\nend = ${inBase(256, bytes)}`
  if (encoding === 'bcd') {
    const high = size % 2 === 1 ? `bytes[at] >> 4 !== 0 || ` : ''
    const faults = bytes.flatMap((byte) => [`(9 - (${byte} >> 4))`, `(9 - (${byte} & 15))`])
    const pairs = bytes.map((byte) => `((${byte} >> 4) * 10 + (${byte} & 15))`)
    return `${inside}
      if (${high}(${faults.join(' | ')}) < 0) return undefined
      end = ${inBase(100, pairs)}`
  }
  const zero = encoding === 'ascii' ? 0x30 : 0xf0
  const faults = bytes.map((byte) => `(${byte} - ${zero}) | (${zero + 9} - ${byte})`)
  const digits = bytes.map((byte) => `(${byte} - ${zero})`)
  return `${inside}
    if ((${faults.join(' | ')}) < 0) return undefined
    end = ${inBase(10, digits)}`
}

function inBase(base: number, digits: readonly string[]): string {
  return digits
    .map((digit, index) => `${digit} * ${base ** (digits.length - 1 - index)}`)
    .join(' + ')
}

/** Digits whose length counts them, and nothing else. */
export function isPlainPacked({ length }: FieldPlan, { content, pad }: PackedPlan): boolean {
  return content.kind === 'digits' && length.unit === 'digits' && !pad.counted
}

const DIGIT_PAIRS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >> 4 <= 9 && (byte & 15) <= 9 ? 1 : 0,
)

function packedStep(plan: FieldPlan, { content, pad }: PackedPlan, draft: Draft): Step {
  const count = draft.name()
  const extent = extentOf(plan, draft, { count, bytesPer: (digits) => `((${digits} + 1) >> 1)` })
  const { from, to } = extent
  const { prefix, max } = plan.length
  const isLeft = pad.side === 'left'
  const edge = isLeft ? `bytes[${from}]` : `bytes[${to} - 1]`
  const [filler, digit] = isLeft
    ? [`${edge} >> 4`, `${edge} & 15`]
    : [`${edge} & 15`, `${edge} >> 4`]
  const oddEdge = `if ((${filler}) !== ${pad.nibble} || (${digit}) > 9) return undefined`
  const isOdd = prefix === undefined ? String(max & 1) : `(${count} & 1)`
  const whole = isLeft ? { from: `${from} + ${isOdd}`, to } : { from, to: `${to} - ${isOdd}` }
  const oddCheck =
    prefix === undefined ? (max % 2 === 1 ? oddEdge : '') : `if (${isOdd} === 1) ${oddEdge}`
  const byteAt = (at: number) => `bytes[${from} + ${at >> 1}]`
  const pairAt = (at: number) => `((${byteAt(at)} >> 4) * 10 + (${byteAt(at)} & 15))`
  const first = isLeft ? `2 * ${from} + ${isOdd}` : `2 * ${from}`
  return {
    code: [
      extent.code,
      oddCheck,
      loopedCheck({ ...whole, code: '' }, draft.constant(DIGIT_PAIRS)),
      dateChecks(content, pairAt, draft),
    ].join('\n'),
    value: `hex.substring(${first}, ${first} + ${count})`,
  }
}

function rawStep(plan: FieldPlan, draft: Draft): Step {
  const { code, from, to } = extentOf(plan, draft, { bytesPer: (count) => count })
  return { code, value: `hex.substring(2 * ${from}, 2 * ${to}).toUpperCase()` }
}

function positionalStep(
  plan: FieldPlan,
  parts: readonly FieldPlan[],
  draft: Draft,
): Step | undefined {
  if (!areFixed(plan, parts)) return undefined
  const steps = parts.map((part) => stepOver(part, draft))
  const known = steps.filter((step) => step !== undefined)
  if (known.length !== steps.length) return undefined
  const made = makeObject(
    known.map(({ value }, index) => [parts[index]?.key as string, value]),
    draft,
  )
  return { code: [...known.map(({ code }) => code), made.code].join('\n'), value: made.value }
}

/** Whether an element and its parts have a fixed width: then the parts are known to fill it. */
export function areFixed({ length }: FieldPlan, parts: readonly FieldPlan[]): boolean {
  if (length.prefix !== undefined || length.min !== length.max) return false
  return parts.every((part) => part.length.prefix === undefined)
}
