import test from 'ava'
import { encodeFault, projectJson } from '../dialects.ts'
import { editionOf, elementsOf, fileOf, NAMES } from './editions.ts'

/**
 * The tables of the standards, in their own notation: a class, then a length, with dots where it
 * varies. A date is the n of the standard; c is a composite, whose length here is that in text.
 */
const FORMATS: Readonly<Record<string, string>> = {
  1987: `2 n..19, 3 n6, 4-6 n12, 7 n10, 8-10 n8, 11 n6, 12 n6, 13-18 n4, 19-24 n3, 25-26 n2, 27 n1,
    28-31 x+n9, 32-33 n..11, 34 ns..28, 35 z..37, 36 z..104, 37 an12, 38 an6, 39 an2, 40 an3,
    41 ans8, 42 ans15, 43 c40, 44 ans..25, 45 ans..76, 46-48 ans..999, 49-51 an3, 52 b8, 53 n16,
    54 c..120, 55 c..255, 56-63 ans..999, 64 b8, 66 n1, 67 n2, 68-70 n3, 71-72 n4, 73 n6,
    74-81 n10, 82-85 n12, 86-89 n16, 90 c42, 91 an1, 92 an2, 93 an5, 94 an7, 95 c42, 96 b8,
    97 x+n17, 98 ans25, 99-100 n..11, 101 ans..17, 102-103 ans..28, 104 ans..100,
    105-127 ans..999, 128 b8`,
  1993: `2 n..19, 3 n6, 4-6 n12, 7 n10, 8-10 n8, 11 n6, 12 n12, 13-14 n4, 15 n6, 16-18 n4, 19-21 n3,
    22 an12, 23-24 n3, 25-26 n4, 27 n1, 28 n6, 29 n3, 30 c24, 31 ans..99, 32-33 n..11, 34 ns..28,
    35 z..37, 36 z..104, 37 anp12, 38 anp6, 39-40 n3, 41 ans8, 42 ans15, 43-44 ans..99,
    45 ans..76, 46 c..204, 47-48 ans..999, 49-51 an3, 52 b8, 53 b..48, 54 c..120, 55 c..255,
    56 c..35, 57 n3, 58 n..11, 59-63 ans..999, 64 b8, 66 c..204, 67 n2, 68-70 n3, 71 n8,
    72 ans..999, 73 n6, 74-85 n10, 86-89 n16, 90 n10, 91-92 n3, 93-94 n..11, 95 ans..99,
    96 b..999, 97 x+n17, 98 ans25, 99 an..11, 100 n..11, 101 ans..17, 102-103 ans..28,
    104 ans..100, 105-106 n16, 107-108 n10, 109-110 ans..84, 111-127 ans..999, 128 b8`,
  2003: `2 n..19, 3 an6, 4-6 c16, 7 n10, 8 c12, 9-10 n8, 11 n12, 12 n14, 13 n6, 14 n4, 15 n8,
    16-17 n4, 18 c..170, 19-20 n3, 21 c22, 22 c32, 23-24 n3, 25-26 n4, 27 b27, 28 n8, 29 n3,
    30 c32, 31 n23, 32-33 n..11, 34 b..9999, 35 z..37, 36 z..104, 37 anp12, 38 anp6, 39 n4, 40 n3,
    41 ans16, 42 ans..35, 43 c..9999, 44 b..9999, 45 ans..76, 46 c..216, 47-48 ans..999,
    49 c..9999, 50-51 b..9999, 52 b8, 53 b..48, 54 c..126, 55 c..9999, 56 c..41, 57 n3, 58 n..11,
    59-63 ans..999, 64 b8, 66 c..216, 67 n2, 68 ans9, 69 ans40, 70 n18, 71-72 b..9999, 73 n8,
    74 c156, 75 n90, 76-92 b..9999, 93-94 n..11, 95 ans..99, 96 b..999, 97 c21, 98 ans25,
    99 an..11, 100 n..11, 101 ans..99, 102-103 ans..28, 104-108 b..9999, 109-110 ans..144,
    111-122 b..9999, 123 ans..999, 124-127 b..9999, 128 b8`,
}

for (const name of NAMES) {
  const dialect = editionOf(name)
  const formats = formatsIn(FORMATS[name.slice(0, 4)] ?? '')
  const fields = projectJson(fileOf(name))['fields'] as Readonly<Record<string, { length: Length }>>

  test(`${name} has the classes and lengths of the standard's table`, (t) => {
    const isPacked = name.endsWith('binary')
    for (const element of elementsOf(dialect)) {
      const { content = '', max } = dialect.field(element) ?? {}
      const [, letter, dots, length] = /^(\D+?)(\.*)(\d+)$/.exec(formats.get(element) ?? '') ?? []
      if (isPacked && (letter === 'c' || content === 'composite')) continue
      const found = content === 'composite' ? 'c' : /^[A-Zhms]/.test(content) ? 'n' : content
      const varies = fields[element]?.length.prefix === undefined ? '' : '..'
      t.is(`${found}${varies}${max}`, `${letter}${dots}${length}`, `DE${element}`)
    }
  })

  test(`${name} gives each length as many digits as its maximum has`, (t) => {
    for (const [element, { length }] of Object.entries(fields)) {
      const { prefix, max } = length
      if (prefix && max) t.is(prefix.digits, Math.max(2, String(max).length), `DE${element}`)
    }
  })
}

interface Length {
  readonly max?: number
  readonly prefix?: { readonly digits: number }
}

test('the greatest is taken; one more is refused, and so is no date, or another class', (t) => {
  const group = { account: '00', type: '01', currency: '840', amount: 'C000000012345' }
  const groupsOf = (count: number, rest: object = {}) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [index + 1, { ...group, ...rest }]),
    )
  const values: readonly [string, number, unknown, string][] = [
    ['1987-ascii', 2, '4'.repeat(20), 'LENGTH_OVER_MAX 2'],
    ['1987-ascii', 2, '4'.repeat(9), 'LENGTH_UNDER_MIN 2'],
    ['1987-binary', 13, '1301', 'CONTENT_INVALID 13'],
    ['1993-ascii', 12, '261122102060', 'CONTENT_INVALID 12'],
    ['1987-ascii', 28, '000000050', 'CONTENT_INVALID 28'],
    ['1987-ascii', 35, '1'.repeat(38), 'LENGTH_OVER_MAX 35'],
    ['1987-ascii', 54, groupsOf(6), 'accepted'],
    ['1987-ascii', 54, groupsOf(7), 'PART_UNKNOWN 54'],
    ['2003-ascii', 54, groupsOf(6, { exponent: '2' }), 'accepted'],
    ['2003-ascii', 54, groupsOf(7, { exponent: '2' }), 'PART_UNKNOWN 54'],
    ['1993-binary', 55, { '9F10': '00'.repeat(33) }, 'LENGTH_OVER_MAX 55.9F10'],
    ['1993-binary', 55, { DF01: '00'.repeat(253) }, 'LENGTH_OVER_MAX 55'],
    ['1993-ascii', 55, { DF01: '00'.repeat(251) }, 'accepted'],
    ['2003-ascii', 43, { 13: 'x' }, 'FIELD_UNKNOWN 43.13'],
  ]
  for (const [name, element, value, fault] of values) {
    t.is(encodeFault(editionOf(name), { [element]: value }), fault)
  }
})

/** "4-6 n12, 7 n10" by element. */
function formatsIn(table: string): ReadonlyMap<string, string> {
  const rows = table.split(',').flatMap((row) => {
    const [range = '', format = ''] = row.trim().split(' ')
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from(
      { length: last - first + 1 },
      (_, at) => [String(first + at), format] as const,
    )
  })
  return new Map(rows)
}
