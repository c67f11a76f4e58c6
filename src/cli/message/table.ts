import type { DescribedField } from '#iso8583'
import { type Paint, PLAIN } from '../colour.ts'

/**
 * A table for people: path, name, value and, where the dialect knows it, the meaning. Parts are
 * indented under their composite.
 */
export function messageTable(described: readonly DescribedField[], paint: Paint = PLAIN): string[] {
  const paths = widthOf(described.map(indented))
  const names = widthOf(described.map(({ name }) => name))
  return described.map((field) => {
    const path = paint.place(indented(field).padEnd(paths))
    return `  ${path}  ${field.name.padEnd(names)}  ${shownValue(field, paint)}`.trimEnd()
  })
}

/** A value, its meaning, and what of it was read by leniency. */
export function shownValue(
  { value, meaning, masked, lenient }: DescribedField,
  paint: Paint,
): string {
  const notes = (lenient ?? []).map(({ code, offset }) =>
    paint.bad(`read leniently: ${code} at byte ${offset}`),
  )
  const shown = masked ? paint.masked(value) : value
  const meant = meaning === undefined ? [] : [paint.meaning(`(${meaning})`)]
  return [shown, ...meant, ...notes].filter((text) => text !== '').join('  ')
}

/** `1 byte`, `2 bytes`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

export function widthOf(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0)
}

function indented({ path }: DescribedField): string {
  return '  '.repeat(path.split('.').length - 1) + path
}
