/** The class of jPOS that puts a value on the line as an element of a dialect does. */
import type {
  ByteEncoding,
  FieldPlan,
  LengthPlan,
  PackedPlan,
  PrefixPlan,
  TextPlan,
  ValuePlan,
} from '#iso8583'
import type { Remark } from '../candidates.ts'
import { isTrack } from '../card-data.ts'
import { pageRemarks } from '../exported.ts'

export interface ClassSaid {
  readonly className: string
  readonly length: number
  readonly pad?: boolean
  readonly remarks: readonly Remark[]
}

/** Undefined when no class writes the same bytes. */
export function classOf(plan: FieldPlan, body: ValuePlan): ClassSaid | undefined {
  switch (body.kind) {
    case 'text':
      return textClass(plan, body)
    case 'packed':
      return packedClass(plan.length, body) ?? packedAsBytes(plan.length, body)
    case 'binary':
      return bytesClass(plan.length, body.encoding)
  }
}

/** Behind a length: family and length digits by the encoding of the length, then of the value. */
const TEXT_FAMILIES: ReadonlyMap<string, string> = new Map([
  ['ascii 1 ascii', 'IFA_L'],
  ['ascii 2 ascii', 'IFA_LL'],
  ['ascii 3 ascii', 'IFA_LLL'],
  ['ascii 4 ascii', 'IFA_LLLL'],
  ['ascii 5 ascii', 'IFA_LLLLL'],
  ['ascii 6 ascii', 'IFA_LLLLLL'],
  ['bcd 2 ascii', 'IFB_LL'],
  ['bcd 3 ascii', 'IFB_LLL'],
  ['bcd 4 ascii', 'IFB_LLLL'],
  ['bcd 6 ascii', 'IFB_LLLLLL'],
  ['binary 1 ascii', 'IFB_LLH'],
  ['binary 2 ascii', 'IFB_LLLH'],
  ['ebcdic 2 ascii', 'IFEA_LL'],
  ['ebcdic 2 ebcdic', 'IFE_LL'],
  ['ebcdic 3 ebcdic', 'IFE_LLL'],
  ['ascii 2 ebcdic', 'IFAE_LL'],
  ['binary 1 ebcdic', 'IFB_LLHE'],
  ['binary 2 ebcdic', 'IFB_LLLHE'],
])
const NUMBER_FAMILIES = ['IFA_LL', 'IFA_LLL', 'IFE_LL']

function textClass(plan: FieldPlan, body: TextPlan): ClassSaid | undefined {
  const { max, prefix } = plan.length
  const set = body.characterSet === 'ascii' ? 'ascii' : 'ebcdic'
  const remarks = pageRemarks(body, PAGE_1047)
  if (prefix === undefined) {
    return {
      className: fixedText(body, set),
      length: max,
      remarks: [...remarks, ...fillRemarks(body)],
    }
  }
  const family = TEXT_FAMILIES.get(`${prefix.encoding} ${prefix.size} ${set}`)
  if (family === undefined) return undefined
  const isNumber =
    body.content.kind === 'digits' || (body.content.kind === 'track' && isTrack(Number(plan.path)))
  const kind = isNumber && NUMBER_FAMILIES.includes(family) ? 'NUM' : 'CHAR'
  return { className: `${family}${kind}`, length: max, remarks }
}

function fixedText(body: TextPlan, set: 'ascii' | 'ebcdic'): string {
  const family = set === 'ascii' ? 'IFA' : 'IFE'
  if (body.content.kind === 'signed') return `${family}_AMOUNT`
  if (isNumberWithZeros(body)) return `${family}_NUMERIC`
  return set === 'ascii' ? 'IF_CHAR' : 'IFE_CHAR'
}

function isNumberWithZeros({ content, pad }: TextPlan): boolean {
  return content.kind === 'digits' && (pad === undefined || isFill(pad, 'left', '0'))
}

function isFill(pad: TextPlan['pad'], side: string, fill: string): boolean {
  return pad?.side === side && pad.with === fill
}

/** jPOS leaves the filling on what it reads, and fills with spaces or leading zeros alone. */
function fillRemarks(body: TextPlan): Remark[] {
  const { pad } = body
  const isUsual = isFill(pad, 'right', ' ') || isNumberWithZeros(body)
  if (pad === undefined || (isUsual && pad.kept)) return []
  return [['coarser', 'its filling stays on the value']]
}

/** The only one that jPOS has. */
const PAGE_1047 = {
  others: '[]^',
  reason: 'the page is EBCDIC 1047, where [, ] and ^ are other bytes than in 037',
}

/** Packed digits by length prefix: class with zeros, and with F where there is one. */
const PACKED: ReadonlyMap<string, { readonly zero: string; readonly f?: string }> = new Map([
  ['fixed', { zero: 'IFB_NUMERIC', f: 'IFB_FNUMERIC' }],
  ['bcd 2', { zero: 'IFB_LLNUM', f: 'IFB_FLLNUM' }],
  ['bcd 3', { zero: 'IFB_LLLNUM', f: 'IFB_FLLLNUM' }],
  ['binary 1', { zero: 'IFB_LLHNUM' }],
  ['binary 2', { zero: 'IFB_LLLHNUM' }],
])

function packedClass(
  length: LengthPlan,
  { content, pad, sign }: PackedPlan,
): ClassSaid | undefined {
  const { max, min, prefix, unit } = length
  const said = { length: max, remarks: [] }
  const isLeft = pad.side === 'left'
  if (content.kind === 'signed') {
    const isAmount = prefix === undefined && max % 2 === 1 && sign === 'ascii'
    return isAmount ? { className: 'IFB_AMOUNT', ...said } : undefined
  }
  const isEven = min === max && max % 2 === 0
  if (prefix !== undefined && (unit === 'bytes' || pad.counted) && !isEven) {
    return countedPacked(length, pad)
  }
  const classes = PACKED.get(keyOf(prefix))
  if (classes === undefined) return undefined
  if (isEven || pad.nibble === 0) return { className: classes.zero, pad: isLeft, ...said }
  const isRightF = !isLeft && pad.nibble === 15 && classes.f !== undefined
  return isRightF ? { className: classes.f, pad: false, ...said } : undefined
}

/** Lengths that count the filling half byte. */
function countedPacked(
  { max, prefix, unit }: LengthPlan,
  pad: PackedPlan['pad'],
): ClassSaid | undefined {
  const key = keyOf(prefix)
  const said = { length: max, remarks: [] }
  if (key === 'ascii 2' && unit === 'digits' && pad.nibble === 0) {
    return { className: 'IFA_LLBNUM', pad: pad.side === 'left', ...said }
  }
  const isRightF = pad.side === 'right' && pad.nibble === 15 && unit === 'bytes'
  if (key === 'ebcdic 2' && isRightF) return { className: 'IFEB_LLNUM', ...said }
  return key === 'ebcdic 3' && isRightF ? { className: 'IFEB_LLLNUM', ...said } : undefined
}

function packedAsBytes(length: LengthPlan, { content }: PackedPlan): ClassSaid | undefined {
  const { max, prefix, unit } = length
  const isFixed = prefix === undefined
  const isSigned = content.kind === 'signed'
  if (!isFixed && (isSigned || unit !== 'bytes')) return undefined
  const bytes = isSigned ? 1 + (max >> 1) : (max + 1) >> 1
  const said = binaryClass({ ...length, max: bytes }, 'binary')
  const remark: Remark = ['coarser', 'its digits are carried as bytes']
  return said && { ...said, remarks: [remark] }
}

const BYTES: ReadonlyMap<string, string> = new Map([
  ['fixed', 'IFB_BINARY'],
  ['ascii 1', 'IFA_LBINARY'],
  ['ascii 2', 'IFA_LLBINARY'],
  ['ascii 3', 'IFA_LLLBINARY'],
  ['ascii 4', 'IFA_LLLLBINARY'],
  ['ascii 5', 'IFA_LLLLLBINARY'],
  ['ascii 6', 'IFA_LLLLLLBINARY'],
  ['bcd 2', 'IFB_LLBINARY'],
  ['bcd 3', 'IFB_LLLBINARY'],
  ['bcd 4', 'IFB_LLLLBINARY'],
  ['binary 1', 'IFB_LLHBINARY'],
  ['binary 2', 'IFB_LLLHBINARY'],
  ['ebcdic 2', 'IFE_LLBINARY'],
  ['ebcdic 3', 'IFE_LLLBINARY'],
])
const NIBBLES: ReadonlyMap<string, string> = new Map([
  ['bcd 2', 'IFB_LLHEX'],
  ['bcd 3', 'IFB_LLLHEX'],
])
const HEX: ReadonlyMap<string, string> = new Map([
  ['hex fixed', 'IFA_BINARY'],
  ['hex-ebcdic fixed', 'IFE_BINARY'],
  ['hex ascii 2', 'IFA_LLABINARY'],
  ['hex ascii 3', 'IFA_LLLABINARY'],
])

/** The class of bytes, raw or as hex text. */
export function bytesClass(length: LengthPlan, encoding: ByteEncoding): ClassSaid | undefined {
  return binaryClass(length, encoding) ?? hexAsText(length, encoding)
}

/** The class of bytes that counts them as bytes. */
export function binaryClass(length: LengthPlan, encoding: ByteEncoding): ClassSaid | undefined {
  const { max, prefix, unit } = length
  const key = keyOf(prefix)
  const isInBytes = prefix === undefined || unit === 'bytes'
  const names = isInBytes ? BYTES : NIBBLES
  const className =
    encoding === 'binary' ? names.get(key) : isInBytes ? HEX.get(`${encoding} ${key}`) : undefined
  return className === undefined ? undefined : { className, length: max, remarks: [] }
}

/** Hex text behind a length that counts its characters. */
function hexAsText(length: LengthPlan, encoding: ByteEncoding): ClassSaid | undefined {
  const { max, prefix, unit } = length
  if (encoding === 'binary' || prefix === undefined || unit === 'bytes') return undefined
  const set = encoding === 'hex' ? 'ascii' : 'ebcdic'
  const family = TEXT_FAMILIES.get(`${keyOf(prefix)} ${set}`)
  if (family === undefined) return undefined
  const remark: Remark = ['coarser', 'its bytes are carried as hex text']
  return { className: `${family}CHAR`, length: 2 * max, remarks: [remark] }
}

function keyOf(prefix: PrefixPlan | undefined): string {
  return prefix === undefined ? 'fixed' : `${prefix.encoding} ${prefix.size}`
}
