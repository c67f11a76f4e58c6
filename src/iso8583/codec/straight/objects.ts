/**
 * Objects in straight-line code, made so that the runtime never takes them for long-lived.
 *
 * V8 counts what a literal makes while its code is not optimized yet. When 85 of 100 are found
 * alive, the literal puts whatever it makes later among the old objects at once, out of which only
 * a collection of the whole heap takes it: reading is two to three times slower. And while the heap
 * is being marked, all that is stored in another object counts as alive, as the elements are in
 * their message. A reader that was new at such a time, which any process has now and then and
 * mostly as it starts, stayed slow for good.
 *
 * The objects of one literal are counted together. So each is made within another that nobody
 * keeps, and no more than half of them are ever found alive. The optimized code makes only the one.
 */
import { isNumberKey } from '../../message.ts'
import type { Draft, Step } from './draft.ts'

/** A message, from the expression of its type, and numbers and expressions of its elements. */
export function makeMessage(
  type: string,
  elements: readonly (readonly [number: number, value: string])[],
  draft: Draft,
): Step {
  const members = elements.map(([number, value]) => [String(number), value] as const)
  const fields = makeObject(members, draft)
  const message = makeObject(Object.entries({ mti: type, fields: fields.value }), draft)
  return { code: `${fields.code}\n${message.code}`, value: message.value }
}

/** A plain object, from keys that are letters and digits, in this order, and expressions. */
export function makeObject(
  members: readonly (readonly [key: string, value: string])[],
  draft: Draft,
): Step {
  const made = draft.name()
  const empty = members.map(([key]) => `${keyInCode(key)}: ''`).join(', ')
  const fills = members.map(([key, value]) => `${made}[${keyInCode(key)}] = ${value}`)
  const steps = [`${made} = { made: { ${empty} } }.made`, ...fills, made]
  return { code: `let ${made}`, value: `(${steps.join(', ')})` }
}

/** A number stands without quotes: in quotes it costs a look-up by name at every assignment. */
function keyInCode(key: string): string {
  return isNumberKey(key) ? key : JSON.stringify(key)
}
