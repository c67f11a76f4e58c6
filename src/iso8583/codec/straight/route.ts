/**
 * Straight-line readers of a few elements, generated for one bitmap as it stands on the line: what
 * comes before the last of them is stepped over by its length, and nothing behind it is looked at.
 */
import { CHARACTER_SETS, fromLine } from '../../character-sets.ts'
import type { Message } from '../../message.ts'
import type { FieldPlan } from '../../specification/plan.ts'
import { type FieldCodec, textForm, translated } from '../line.ts'
import type { BitmapShape } from './bitmap-shapes.ts'
import { createDraft, type Draft } from './draft.ts'
import { makeMessage } from './objects.ts'
import { sameBitmap } from './read.ts'
import { skipOver, stepOver } from './steps.ts'

export type RouteStraight = (bytes: Buffer) => Message | undefined

/** `undefined` where an element that is wanted can be read by its codec only. */
export function compileRoute(
  shape: BitmapShape,
  { mti, elements }: { mti: FieldCodec; elements: readonly (FieldCodec | undefined)[] },
  wanted: ReadonlySet<number>,
): RouteStraight | undefined {
  const draft = createDraft()
  const present = shape.numbers.filter((number) => wanted.has(number))
  const last = present.at(-1) ?? 0
  const before = shape.numbers.filter((number) => number <= last)
  const type = stepOver(mti.plan, draft)
  const steps = before.map((number) => {
    const plan = elements[number]?.plan as FieldPlan
    return wanted.has(number) ? stepOver(plan, draft) : { code: skipOver(plan, draft), value: '' }
  })
  const known = steps.filter((step) => step !== undefined)
  if (type === undefined || known.length !== steps.length) return undefined
  const values = known.flatMap(({ value }, index) =>
    value === '' ? [] : [[before[index] as number, value] as const],
  )
  const message = makeMessage(type.value, values, draft)
  return draft.compile(
    'bytes',
    `const size = bytes.length
    let at = 0, end = 0, index = 0, good = 1
    ${sameBitmap(shape)}
    ${type.code}
    at = ${shape.bitmapAt + shape.bitmap.length}
    ${known.map(({ code }) => code).join('\n')}
    if ((good & 1) !== 1) return undefined
    ${formsIn(message.value, draft)}
    ${message.code}
    return ${message.value}`,
  ) as RouteStraight
}

/** The forms of the text that the values are cut from, up to where the reader came. */
function formsIn(values: string, draft: Draft): string {
  const forms = CHARACTER_SETS.filter((set) => values.includes(`text${textForm(set)}`)).map(
    (set) => {
      if (set === 'ascii') return `const text0 = bytes.toString('latin1', 0, at)`
      const [translate, page] = [draft.constant(translated), draft.constant(fromLine(set))]
      return `const text${textForm(set)} = ${translate}(bytes.subarray(0, at), ${page})`
    },
  )
  if (values.includes('hex.')) forms.push(`const hex = bytes.toString('hex', 0, at)`)
  return forms.join('\n')
}
