/** A dialect put together from its specification. */
import { compileBitmap } from './codec/bitmap.ts'
import { compileField } from './codec/field.ts'
import type { FieldCodec, Forms } from './codec/line.ts'
import { compileLocate, type ElementPlace } from './codec/locate.ts'
import { compilePack, createSink } from './codec/pack.ts'
import { compileRouting } from './codec/routing.ts'
import { compileUnpack, type MessageCodecs } from './codec/unpack.ts'
import { describeMessage } from './describe.ts'
import { factsAt } from './facts.ts'
import type { DescribedField, FieldFacts, Message } from './message.ts'
import { type DialectPlan, fixedField } from './specification/plan.ts'
import { readSpecification } from './specification/read-specification.ts'

/**
 * Bytes to messages and back. Stateless to its users and reusable; not for several threads at once.
 */
export interface Dialect {
  readonly name: string
  /** Throws `EncodeError`. The buffer is the caller's own. */
  pack(message: Message): Buffer
  /** Throws `DecodeError`. The message does not share memory with `bytes`. */
  unpack(bytes: Uint8Array): Message
  /**
   * Makes a reader of the message type and of these elements only, such as "11" and "41". It steps
   * over the others by their length and looks at nothing behind the last. Throws `TypeError` for
   * what is no element here; the reader throws `DecodeError`.
   */
  routing(elements: readonly string[]): (bytes: Uint8Array) => Message
  /**
   * Where the message type and each element stand in these bytes, in their order. Lengths are read,
   * values are not looked at. Throws `DecodeError`.
   */
  locate(bytes: Uint8Array): readonly ElementPlace[]
  /**
   * What the dialect says of a path such as "4", "48.92", "43.city"; undefined when there is none.
   */
  field(path: string): FieldFacts | undefined
  /** A view for people, masked unless `unmasked`; never throws, whatever the message holds. */
  describe(message: Message, options?: { readonly unmasked?: boolean }): DescribedField[]
}

/** Checks a specification and makes its codec. Throws `DialectError` with every fault. */
export function compileDialect(specification: unknown): Dialect {
  const plan = readSpecification(specification)
  const codecs = compileCodecs(plan)
  const sink = createSink(codecs)
  return Object.freeze({
    name: plan.name,
    pack: compilePack(plan, codecs, sink),
    unpack: compileUnpack(codecs),
    routing: (elements: readonly string[]) => compileRouting(codecs, elements),
    locate: compileLocate(codecs),
    field: (path: string) => factsAt(plan.fields, path),
    describe: (message: Message, options: { readonly unmasked?: boolean } = {}) =>
      describeMessage(message, { ...codecs, scratch: sink }, options.unmasked === true),
  })
}

function compileCodecs(plan: DialectPlan): MessageCodecs {
  const forms: Forms = { characterSets: new Set(), hex: false }
  const elements: (FieldCodec | undefined)[] = new Array(64 * plan.bitmap.count + 1).fill(undefined)
  for (const element of plan.fields) elements[element.number] = compileField(element, forms)
  const { body, meanings } = plan.mti
  const type = fixedField({ key: 'mti', path: 'mti', name: 'Message type', meanings }, body, 4)
  const mti = compileField(type, forms)
  return { mti, bitmap: compileBitmap(plan.bitmap, 'bitmap'), elements, forms }
}
