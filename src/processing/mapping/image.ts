import type { Composite, Dialect, FieldFacts, FieldValue, Message } from '#iso8583'
import { isComposite } from './sources.ts'

/** What of a host message may be kept: everything but sensitive authentication data. */
export interface Images {
  /** JSON of the message without elements that the dialect marks `sad`. It has the PAN: seal it. */
  storedImage(message: Message): Uint8Array
}

/** PCI DSS 3.3.1: not kept after authorization, even encrypted; so neither before. */
export function compileImages(dialect: Dialect): Images {
  const sensitive = sensitiveIn(ELEMENTS.map((number) => dialect.field(number)))
  return {
    storedImage({ mti, fields }) {
      return Buffer.from(JSON.stringify({ mti, fields: without(fields, sensitive) }))
    },
  }
}

/** @throws SyntaxError when the bytes are no stored image. */
export function messageOfImage(image: Uint8Array): Message {
  return JSON.parse(new TextDecoder().decode(image))
}

/** Bits 2 to 192; 65 and 129 say in bitmaps whether another follows. */
const ELEMENTS = Array.from({ length: 191 }, (_, index) => String(index + 2))

/** Names of what is not kept; beside a composite's name, what of it is not. */
type Sensitive = readonly (readonly [part: string, within: Sensitive | undefined])[]

function sensitiveIn(fields: readonly (FieldFacts | undefined)[]): Sensitive {
  const marked: [string, Sensitive | undefined][] = []
  for (const facts of fields) {
    if (!facts) continue
    const part = facts.path.split('.').at(-1) ?? facts.path
    const within = sensitiveIn(facts.parts ?? [])
    if (facts.sensitive === 'sad') marked.push([part, undefined])
    else if (within.length > 0) marked.push([part, within])
  }
  return marked
}

/** Copies only what something is taken out of; a composite left with nothing goes whole. */
function without(fields: Composite, sensitive: Sensitive): Composite {
  let kept: Record<string, FieldValue> | undefined
  for (const [part, within] of sensitive) {
    const value = fields[part]
    if (value === undefined) continue
    const rest = within && isComposite(value) ? without(value, within) : undefined
    if (rest === value) continue
    kept ??= { ...fields }
    if (rest && hasParts(rest)) kept[part] = rest
    else delete kept[part]
  }
  return kept ?? fields
}

function hasParts(composite: Composite): boolean {
  for (const _part in composite) return true
  return false
}
