import { currencyOf } from '#domain'
import { DATE_LAYOUTS, type FieldFacts } from '#iso8583'
import type { ValueFacts } from '../messages/members.ts'

/** A named way to write a value into an element. */
export interface Format {
  /** What comes out for values of `value` in this element, or why the format cannot take them. */
  produces(value: ValueFacts, element: FieldFacts): ValueFacts | string
  /** Writes a text that {@link Format.produces} vouched for; compiled for one element. */
  compile(element: FieldFacts): (text: string) => string
}

/** The closed list of formats; specs/mapping.md describes each. */
export function formatOf(name: string): Format | undefined {
  return FORMATS.get(name)
}

export function formatNames(): readonly string[] {
  return [...FORMATS.keys(), ...DATE_LAYOUTS]
}

/** Digits, filled with zeros on the left to the element's length. */
const zeros: Format = {
  produces({ content, max }, element) {
    if (content !== 'n') return `takes digits (n), not ${content}`
    if (max > element.max) return `has up to ${max} digits for ${element.max}`
    return { content: 'n', min: element.max, max: element.max }
  },
  compile:
    ({ max }) =>
    (text) =>
      text.padStart(max, '0'),
}

/** Text, filled with spaces on the right to the element's length. */
const spaces: Format = {
  produces({ content, max }, element) {
    if (max > element.max && max !== Number.POSITIVE_INFINITY) {
      return `has up to ${max} characters for ${element.max}`
    }
    const filled = /[sp]/.test(content) ? content : `${content}p`
    return { content: filled, min: element.max, max: element.max }
  },
  compile:
    ({ max }) =>
    (text) =>
      text.padEnd(max, ' '),
}

/** Text, cut to what the element can hold. */
const cut: Format = {
  produces: ({ content, min, max }, element) => ({
    content,
    min: Math.min(min, element.max),
    max: Math.min(max, element.max),
  }),
  compile:
    ({ max }) =>
    (text) =>
      text.slice(0, max).trimEnd(),
}

/** ISO 4217 alphabetic code to its three digits. */
const currencyNumeric: Format = {
  produces({ content, min, max }) {
    if (content !== 'a' || min !== 3 || max !== 3) return 'takes an alphabetic currency code (a 3)'
    return { content: 'n', min: 3, max: 3 }
  },
  compile: () => (text) => currencyOf(text)?.numeric ?? '',
}

/** Base64 to the bytes that it stands for. */
const base64: Format = {
  produces({ content, min, max }) {
    return content === 'base64' ? { content: 'b', min, max } : `takes base64, not ${content}`
  },
  compile: () => (text) => Buffer.from(text, 'base64').toString('hex').toUpperCase(),
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['zeros', zeros],
  ['spaces', spaces],
  ['cut', cut],
  ['currency-numeric', currencyNumeric],
  ['base64-bytes', base64],
])
