import { readFileSync } from 'node:fs'
import test from 'ava'
import { exportJpos } from '#dialects'
import { readSpecification } from '#iso8583'
import { fixture, told } from '../fixture.ts'

const ODDITIES = JSON.parse(fixture('oddities.dialect.json'))
const oddities = exportJpos(readSpecification(ODDITIES))

/** Element, class and length. */
const CLASSES: readonly [number, string, number][] = [
  [0, 'IFE_NUMERIC', 4],
  [1, 'IFA_BITMAP', 16],
  [2, 'IFB_BINARY', 10],
  [3, 'IFB_FNUMERIC', 5],
  [5, 'IFA_LLBNUM', 7],
  [6, 'IFEB_LLNUM', 12],
  [7, 'IFEB_LLLNUM', 12],
  [8, 'IFB_LLBINARY', 6],
  [9, 'IFA_LLCHAR', 40],
  [10, 'IFE_BINARY', 8],
  [11, 'IFB_LLHEX', 20],
  [12, 'IFE_LLLCHAR', 20],
  [13, 'IFB_LLHECHAR', 20],
  [14, 'IF_CHAR', 9],
  [35, 'IFB_LLHNUM', 37],
  [55, 'IFA_LLLCHAR', 200],
  [62, 'IFA_LLBINARY', 30],
  [63, 'IFA_LLBINARY', 30],
  [97, 'IFB_BINARY', 9],
]

for (const [id, className, length] of CLASSES) {
  test(`element ${id} of the oddities is of the class ${className}`, (t) => {
    const line = oddities.text.split('\n').find((it) => it.includes(`<isofield id="${id}" `))
    t.true(line?.includes(`length="${length}"`), line)
    t.true(line?.includes(`class="org.jpos.iso.${className}"`), line)
  })
}

test('what jPOS does not say, or says otherwise, is told', (t) => {
  t.deepEqual(
    told(oddities).filter((line) => !line.startsWith('coarser')),
    [
      'left-out 4: no class writes the same bytes',
      'differs 12: the page is EBCDIC 1047, where [, ] and ^ are other bytes than in 037',
      'left-out 16: no class writes the same bytes',
      'left-out 48.other: tags that are not listed are refused',
    ],
  )
})

test('texts of a dialect are escaped, in attributes and in the comment', (t) => {
  const [, , comment] = oddities.text.split('\n')
  t.is(
    comment,
    '<!-- Settings that &lt;other&gt; programs say &quot;otherwise&quot; - - or not at all -->',
  )
})

test('parts with names go by number, and those with numbers keep them', (t) => {
  const file = new URL('../../../specs/hosts/meridian/dialect.json', import.meta.url)
  const meridian = exportJpos(readSpecification(JSON.parse(readFileSync(file, 'utf8'))))
  t.true(told(meridian).includes('coarser 43: its parts name, city, country go by number'))
  t.regex(oddities.text, /<isofield id="24" length="9" name="Last" class="org.jpos.iso.IFA_LCHAR"/)
})

test('tags in ASCII before values in EBCDIC have a class, tags in EBCDIC have none', (t) => {
  const taggedIn = (encoding: string) => {
    const value = { name: 'x', content: 'ans', encoding: 'ebcdic-1047', length: { min: 0, max: 9 } }
    const tag = { content: 'n', length: 2, encoding }
    const prefix = { digits: 2, encoding: 'ebcdic' }
    const composite = { kind: 'tagged', tag, prefix, parts: { '02': value } }
    const length = { max: 99, prefix: { digits: 2, encoding: 'ascii' } }
    const fields = { '48': { name: 'y', length, composite } }
    return exportJpos(readSpecification({ ...ODDITIES, fields })).text
  }
  t.true(taggedIn('ascii').includes('class="org.jpos.iso.IFEMC_LLCHAR"'))
  t.false(taggedIn('ebcdic-1047').includes('EMC'))
})

test('a second bitmap that is always sent is told, since jPOS sends one that is needed', (t) => {
  const bitmap = { encoding: 'hex-ebcdic', count: 2, secondary: 'always' }
  const { text, notes } = exportJpos(readSpecification({ ...ODDITIES, bitmap }))
  t.true(text.includes('class="org.jpos.iso.IFE_BITMAP"'))
  t.true(
    told({ notes }).includes('differs bitmap: the second bitmap is sent only when it is needed'),
  )
})
