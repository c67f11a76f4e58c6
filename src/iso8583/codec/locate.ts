/**
 * Where the elements of a message stand in its bytes: for those who reckon over the bytes
 * themselves, as a message authentication code does.
 */
import type { FieldPlan } from '../specification/plan.ts'
import { lineBytes } from '../specification/sizes.ts'
import { compileOpen, createSource, refuseBytes, type Source } from './line.ts'
import { compilePrefix } from './prefix.ts'
import { compileSkip } from './skip.ts'
import { bufferOf, compileReadHead, type MessageCodecs } from './unpack.ts'

/** In bytes from the start of the message. */
export interface ElementPlace {
  /** Its number, such as "64"; "mti" for the message type. */
  readonly element: string
  readonly at: number
  /** Behind the length prefix, where there is one. */
  readonly valueAt: number
  readonly end: number
}

/** Message type first, then the elements; the bitmaps between have no place of their own. */
export function compileLocate(codecs: MessageCodecs): (bytes: Uint8Array) => ElementPlace[] {
  const { mti, elements, forms } = codecs
  const source = createSource()
  const open = compileOpen(forms)
  const readHead = compileReadHead(codecs)
  const steps = elements.map((codec) => codec && compileStep(codec.plan))
  const type = { element: 'mti', at: 0, valueAt: 0, end: lineBytes(mti.plan.body, 4) }
  return (bytes) => {
    open(source, bufferOf(bytes))
    const { numbers } = readHead(source)
    const places = numbers.flatMap((number) => steps[number]?.(source) ?? [])
    if (source.at !== source.end) refuseBytes('TRAILING_BYTES', source.at, 'message')
    return [type, ...places]
  }
}

/** Steps over one element and says where it was. */
function compileStep(plan: FieldPlan): (source: Source) => ElementPlace {
  const { key: element, path, length } = plan
  const skip = compileSkip(plan)
  const prefixBytes = length.prefix === undefined ? 0 : compilePrefix(length.prefix, path).width
  return (source) => {
    const { at } = source
    skip(source)
    return { element, at, valueAt: at + prefixBytes, end: source.at }
  }
}
