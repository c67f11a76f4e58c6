/**
 * XML as it is used to describe messages: elements and attributes, each with its place. No document
 * type is read, and no entity but the five of XML itself is known, so nothing can grow.
 */
import sax from 'sax'
import { type FilePlace, ImportError } from '../import-error.ts'

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly place: FilePlace
}

const XML_LIMITS = {
  fileCharactersMax: 1_048_576,
  elementsMax: 20_000,
  depthMax: 16,
} as const

/** Throws `ImportError`: `SYNTAX_INVALID` or `LIMIT_EXCEEDED`. */
export function parseXml(text: string): XmlElement {
  const { fileCharactersMax, elementsMax, depthMax } = XML_LIMITS
  if (text.length > fileCharactersMax) {
    throw new ImportError('LIMIT_EXCEEDED', `is longer than ${fileCharactersMax} characters`)
  }
  const placeOf = placesIn(text)
  const open: Growing[] = []
  let root: XmlElement | undefined
  let count = 0
  const parser = sax.parser(true, STRICT)
  parser.onerror = (error) => {
    const reason = error.message.split('\n', 1)[0] ?? ''
    throw new ImportError('SYNTAX_INVALID', reason, placeOf(parser.position - 1))
  }
  parser.onopentag = ({ name, attributes }) => {
    const place = placeOf(parser.startTagPosition - 1)
    count += 1
    if (count > elementsMax) {
      throw new ImportError('LIMIT_EXCEEDED', `has more than ${elementsMax} elements`, place)
    }
    if (open.length === depthMax) {
      throw new ImportError('LIMIT_EXCEEDED', `nests deeper than ${depthMax} elements`, place)
    }
    const element = { name, attributes: textsOf(attributes), children: [], place }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  }
  parser.onclosetag = () => open.pop()
  parser.write(text).close()
  if (root === undefined) throw new ImportError('SYNTAX_INVALID', 'has no element')
  return root
}

type Growing = XmlElement & { readonly children: XmlElement[] }

const STRICT = { strictEntities: true, position: true }

function textsOf(attributes: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(attributes).map(([name, value]) => [name, String(value)]))
}

/** Line and column of an offset into the text. */
function placesIn(text: string): (offset: number) => FilePlace {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: Math.max(1, offset - (starts[low] ?? 0) + 1) }
  }
}
