import { classOf, type FieldValue, type Message } from '#iso8583'

/** A character that no element of a key holds, between its parts. */
const BETWEEN = '\u001f'
const SPACE = 32

/**
 * What a request and its answer have in common: message class and the elements named, without the
 * spaces that hosts put behind DE41, or drop, at will. An absent element is an empty part.
 *
 * @param elements numbers of elements that are not composites
 */
export function compileMatchKey(elements: readonly string[]): (message: Message) => string {
  return ({ mti, fields }) => {
    let key = classOf(mti)
    for (const element of elements) key += BETWEEN + partOf(fields[element])
    return key
  }
}

function partOf(value: FieldValue | undefined): string {
  if (typeof value !== 'string') return ''
  return value.charCodeAt(value.length - 1) === SPACE ? value.trimEnd() : value
}
