import { readFileSync } from 'node:fs'
import test from 'ava'
import { compileDialect, type Dialect, EncodeError, type Message } from '#iso8583'
import { projectJson } from '../dialects.ts'
import { editionOf } from './editions.ts'

/** Layouts of the vectors, whose bytes are those of jPOS, and where ours is another on purpose. */
const JUDGED: readonly {
  edition: string
  layout: string
  other: Readonly<Record<string, string>>
  /** Elements of an even count of digits have no pad to differ in. */
  isEvenOnly?: boolean
}[] = [
  { edition: '1987-ascii', layout: 'iso87ascii', other: {} },
  { edition: '1993-ascii', layout: 'iso93ascii', other: { 53: 'raw', 96: 'raw' } },
  { edition: '1987-binary', layout: 'iso87binary', other: { 36: 'text' }, isEvenOnly: true },
  {
    edition: '1993-binary',
    layout: 'iso93binary',
    other: { 35: 'text', 36: 'text' },
    isEvenOnly: true,
  },
]

for (const { edition, layout, other, isEvenOnly } of JUDGED) {
  test(`${edition} writes what it takes of the vectors' values as jPOS does`, (t) => {
    const ours = editionOf(edition)
    const theirs = compileDialect(projectJson(`test/vectors/${layout}.dialect.json`))
    const judged = new Set<string>()
    for (const [element, value] of valuesIn(layout)) {
      if (element in other || (isEvenOnly && value.length % 2 === 1)) continue
      const bytes = packed(ours, element, value)
      if (bytes === undefined) continue
      t.is(packed(theirs, element, value), bytes, `DE${element}`)
      judged.add(element)
    }
    t.true(judged.size >= 90, `${judged.size} elements`)
  })
}

/** Each element of each message; composites of ours are not among them. */
function valuesIn(layout: string): [string, string][] {
  const file = new URL(`../../vectors/${layout}.jsonl`, import.meta.url)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const messages = lines.map((line): Message => JSON.parse(line))
  return messages.flatMap(({ fields }) =>
    Object.entries(fields).filter(
      (field): field is [string, string] => typeof field[1] === 'string',
    ),
  )
}

/** The bytes of a message of one element; undefined where the dialect refuses the value. */
function packed(dialect: Dialect, element: string, value: string): string | undefined {
  try {
    return dialect.pack({ mti: '0100', fields: { [element]: value } }).toString('hex')
  } catch (error) {
    if (error instanceof EncodeError) return undefined
    throw error
  }
}
