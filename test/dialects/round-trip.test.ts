import test from 'ava'
import fc from 'fast-check'
import { exportJpos, exportMoov, importJpos, importMoov, type Note } from '#dialects'
import type { Message } from '#iso8583'
import { compiled } from './fixture.ts'
import { linesOf, shippedDialects } from './shipped.ts'

const FORMATS = [
  { format: 'jPOS', take: exportJpos, bring: (text: string) => importJpos(text, 'x') },
  { format: 'moov', take: exportMoov, bring: (text: string) => importMoov(text) },
]

for (const { file, plan, dialect } of shippedDialects()) {
  for (const { format, take, bring } of FORMATS) {
    test(`${file} taken to ${format} and brought back reads and writes the same lines`, (t) => {
      const out = take(plan)
      const back = bring(out.text)
      const notes = [...out.notes, ...back.notes]
      const again = compiled(back)
      const lines = linesOf(dialect, elementsOf(notes, ['left-out', 'differs']))
      const told = elementsOf(notes, ['coarser', 'left-out', 'differs'])
      fc.assert(
        fc.property(lines, (line) => {
          const read = again.unpack(line)
          t.deepEqual(again.pack(read), line)
          if (format !== 'jPOS') return
          t.deepEqual(others(read.fields, told), others(dialect.unpack(line).fields, told))
        }),
        { numRuns: 40 },
      )
    })
  }
}

test('jPOS has a class for every element but those of 2003, with lengths it never had', (t) => {
  for (const { file, plan } of shippedDialects()) {
    if (/2003|oddities/.test(file)) continue
    t.deepEqual([...elementsOf(exportJpos(plan).notes, ['left-out'])], [], file)
  }
})

function elementsOf(notes: readonly Note[], kinds: readonly Note['kind'][]): ReadonlySet<string> {
  const those = notes.filter((note) => kinds.includes(note.kind))
  return new Set(
    those.map(({ path }) => path.split('.')[0] ?? '').filter((path) => path !== '(file)'),
  )
}

function others(fields: Message['fields'], told: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(fields).filter(([number]) => !told.has(number)))
}
