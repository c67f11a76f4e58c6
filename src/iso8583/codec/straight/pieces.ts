/**
 * The pieces that straight-line writers are made of: an element as text, whose bytes are looked at
 * once they are written; packed digits, written from their characters; or whatever its codec does.
 */
import type { FieldPlan, TextPad } from '../../specification/plan.ts'
import type { FieldCodec } from '../line.ts'
import { dateChecks } from './dates.ts'
import type { Draft } from './draft.ts'
import { areFixed, isPlainPacked, stepOver } from './steps.ts'

/**
 * What goes on the line as text, or as bytes by statements that move `at`: those of a codec, and
 * only those, may refuse a value themselves.
 */
export type Piece = TextPiece | { readonly kind: 'bytes' | 'codec'; readonly code: string }

interface TextPiece {
  readonly kind: 'text'
  /** Sees that the value has the right type and length. */
  readonly code: string
  readonly text: string
  readonly length: string
  /** Moves `at` over what was written and checks it. */
  readonly look: string
}

export function pieceOf(codec: FieldCodec | undefined, value: string, draft: Draft): Piece {
  const piece =
    codec && (textPiece(codec.plan, value, draft) ?? packedPiece(codec.plan, value, draft))
  if (piece !== undefined) return piece
  const code = `if (${value} === undefined) return undefined
    sink.at = at
    ${draft.constant(codec?.write)}(sink, ${value})
    at = sink.at`
  return { kind: 'codec', code }
}

function textPiece(plan: FieldPlan, value: string, draft: Draft): TextPiece | undefined {
  const { body } = plan
  if (body.kind === 'positional') return partsPiece(plan, body.parts, { value, draft })
  if (body.kind !== 'text' || body.characterSet !== 'ascii') return undefined
  const { min, max, prefix } = plan.length
  const step = stepOver(plan, draft)
  if (step === undefined || (prefix !== undefined && prefix.encoding !== 'ascii')) return undefined
  const name = draft.name()
  const length = draft.name()
  const code = `const ${name} = ${value}
    if (typeof ${name} !== 'string') return undefined
    const ${length} = ${name}.length
    if (${length} < ${min} || ${length} > ${max}) return undefined`
  const { pad } = body
  if (prefix !== undefined) {
    const digits = `${draft.constant(lengthTexts(max, prefix.size))}[${length}]`
    const total = `${prefix.size} + ${length}`
    return { kind: 'text', code, text: `${digits} + ${name}`, length: total, look: step.code }
  }
  const guard = pad === undefined || pad.kept || pad.with === ' ' ? '' : padGuard(pad, name)
  const fill = `.pad${pad?.side === 'left' ? 'Start' : 'End'}(${max}, ${draft.constant(pad?.with)})`
  const text = pad === undefined ? name : `(${length} === ${max} ? ${name} : ${name}${fill})`
  return { kind: 'text', code: code + guard, text, length: String(max), look: step.code }
}

/** Gives up on a value that has its own fill at the edge where a fill comes off. */
function padGuard({ side, with: fill }: TextPad, name: string): string {
  const at = side === 'left' ? '0' : `${name}.length - 1`
  return `\nif (${name}.charCodeAt(${at}) === ${fill.charCodeAt(0)}) return undefined`
}

/** The prefix of every length up to the longest of a few hundred. */
function lengthTexts(max: number, digits: number): readonly string[] {
  return Array.from({ length: max + 1 }, (_, length) => String(length).padStart(digits, '0'))
}

/** All parts there and none besides; what may be left out is left to the codec. */
function partsPiece(
  plan: FieldPlan,
  parts: readonly FieldPlan[],
  { value, draft }: { value: string; draft: Draft },
): TextPiece | undefined {
  if (!areFixed(plan, parts)) return undefined
  const name = draft.name()
  const pieces = parts.map((part) => textPiece(part, `${name}[${JSON.stringify(part.key)}]`, draft))
  const known = pieces.filter((piece) => piece !== undefined)
  if (known.length !== pieces.length) return undefined
  const code = `const ${name} = ${value}
    if (!${draft.constant(isOwnParts)}(${name}, ${parts.length})) return undefined`
  return {
    kind: 'text',
    code: [code, ...known.map((piece) => piece.code)].join('\n'),
    text: known.map((piece) => piece.text).join(' + '),
    length: known.map((piece) => piece.length).join(' + '),
    look: known.map((piece) => piece.look).join('\n'),
  }
}

/** A plain object of so many parts; a list is none. */
function isOwnParts(value: unknown, parts: number): boolean {
  if (typeof value !== 'object' || value === null || !inheritsNothing(value)) return false
  return Object.keys(value).length === parts
}

/** Generated code looks its values up by name, and would find those of a prototype. */
export function inheritsNothing(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A bitmap in hex is text like any other, and known to be good. */
export function bitmapPiece(bitmap: Uint8Array): Piece {
  const text = Buffer.from(bitmap).toString('latin1')
  const { length } = bitmap
  if (/^[0-9A-F]+$/.test(text)) {
    const look = `at += ${length}`
    return { kind: 'text', code: '', text: `'${text}'`, length: String(length), look }
  }
  const stores = Array.from(bitmap, (byte, index) => `bytes[at + ${index}] = ${byte}`)
  return { kind: 'bytes', code: [...stores, `at += ${length}`].join('\n') }
}

/**
 * Packed digits, two characters a byte. The code of a digit, less the bits of `0`, is at most 9, so
 * that with 6 added it stays within four bits, and nothing else does: all characters are gathered
 * in `index` and looked at once.
 */
function packedPiece(plan: FieldPlan, value: string, draft: Draft): Piece | undefined {
  const { body, length: limits } = plan
  if (body.kind !== 'packed' || !isPlainPacked(plan, body)) return undefined
  const { min, max, prefix } = limits
  if (prefix !== undefined && prefix.encoding !== 'bcd') return undefined
  const [name, count, place] = [draft.name(), draft.name(), draft.name()]
  const digit = (at: string) => `(${name}.charCodeAt(${at}) ^ 48)`
  const { pad, content } = body
  const isLeft = pad.side === 'left'
  const oddStart = `index |= 6 + ${digit('0')}\nbytes[at++] = ${pad.nibble << 4} | ${digit('0')}`
  const last = digit(`${count} - 1`)
  const oddEnd = `index |= 6 + ${last}\nbytes[at++] = ${last} << 4 | ${pad.nibble}`
  const pairAt = (at: number) => `(${digit(String(at))} * 10 + ${digit(String(at + 1))})`
  const code = `const ${name} = ${value}
    if (typeof ${name} !== 'string') return undefined
    const ${count} = ${name}.length
    if (${count} < ${min} || ${count} > ${max}) return undefined
    ${prefix === undefined ? '' : packedPrefix(prefix.size, count)}
    index = 0
    let ${place} = 0
    ${isLeft ? `if ((${count} & 1) === 1) {\n${oddStart}\n${place} = 1\n}` : ''}
    for (; ${place} + 1 < ${count}; ${place} += 2) {
      const high = ${digit(place)}, low = ${digit(`${place} + 1`)}
      index |= (6 + high) | (6 + low)
      bytes[at++] = high << 4 | low
    }
    ${isLeft ? '' : `if (${place} < ${count}) {\n${oddEnd}\n}`}
    if ((index & ~15) !== 0) return undefined
    ${dateChecks(content, pairAt, draft)}`
  return { kind: 'bytes', code }
}

/** Writes a length in packed digits; an odd count of them has a zero in front. */
function packedPrefix(digits: number, count: string): string {
  const bytes = (digits + 1) >> 1
  const stores = Array.from({ length: bytes }, (_, index) => {
    const unit = 100 ** (bytes - 1 - index)
    const pair = `((${count} / ${unit} | 0) % 100)`
    return `bytes[at++] = (${pair} / 10 | 0) << 4 | ${pair} % 10`
  })
  return stores.join('\n')
}
