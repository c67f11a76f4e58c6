/**
 * Straight-line readers, generated for one bitmap as it stands on the line.
 *
 * Closures composed field by field are shared by all fields, so the compiler of the runtime sees
 * every kind of element in each of them and inlines little. Generated code has each element's
 * limits as constants and ends in object literals, which are allocated whole. Measured on a message
 * of 15 ASCII elements: twice the speed of the closures.
 *
 * The generated reader only recognises good messages. It answers `undefined` at the first doubt,
 * and the closures, which are the definition, read the message again and say what is wrong and
 * where.
 */
import type { Message } from '../../message.ts'
import type { FieldCodec, Source } from '../line.ts'
import type { BitmapShape } from './bitmap-shapes.ts'
import { createDraft, type Draft, type Step } from './draft.ts'
import { makeMessage } from './objects.ts'
import { stepOver } from './steps.ts'

/** Reads an open source from its beginning. */
export type ReadStraight = (source: Source) => Message | undefined

export function compileRead(
  shape: BitmapShape,
  mti: FieldCodec,
  elements: readonly (FieldCodec | undefined)[],
): ReadStraight {
  const draft = createDraft()
  const type = readStep(mti, draft)
  const read = shape.numbers.map((number) => readStep(elements[number], draft))
  const message = makeMessage(
    type.value,
    read.map(({ value }, index) => [shape.numbers[index] as number, value]),
    draft,
  )
  return draft.compile(
    'source',
    `const { bytes, hex, end: size } = source
    const text0 = source.texts[0], text1 = source.texts[1], text2 = source.texts[2]
    let at = 0, end = 0, index = 0, good = 1
    ${sameBitmap(shape)}
    ${type.code}
    at = ${shape.bitmapAt + shape.bitmap.length}
    ${read.map(({ code }) => code).join('\n')}
    if (at !== size || (good & 1) !== 1 || source.lenient !== undefined) return undefined
    ${message.code}
    return ${message.value}`,
  ) as ReadStraight
}

/** Gives up on a message with another bitmap, or without room for it. */
export function sameBitmap({ bitmapAt, bitmap }: BitmapShape): string {
  const differences = Array.from(bitmap, (byte, index) => `(bytes[${bitmapAt + index}] ^ ${byte})`)
  return `if (size < ${bitmapAt + bitmap.length}) return undefined
    if ((${differences.join(' | ')}) !== 0) return undefined`
}

/** Reads now what later steps could no longer read in one piece. */
function readStep(codec: FieldCodec | undefined, draft: Draft): Step {
  const step = codec && stepOver(codec.plan, draft)
  const value = draft.name()
  if (step !== undefined) return { code: `${step.code}\nconst ${value} = ${step.value}`, value }
  return { code: codecStep(codec, value, draft), value }
}

/** For elements that only their codec can read; it throws what is wrong with them. */
function codecStep(codec: FieldCodec | undefined, value: string, draft: Draft): string {
  return `if ((good & 1) !== 1) return undefined
    source.at = at
    const ${value} = ${draft.constant(codec?.read)}(source)
    at = source.at`
}
