import test from 'ava'
import { dialectOf, meridian } from './dialects.ts'

const dialect = meridian()

test('a dialect says what it knows of an element, a part and a tag', (t) => {
  t.deepEqual(dialect.field('4'), {
    path: '4',
    name: 'Amount, transaction',
    content: 'n',
    min: 12,
    max: 12,
    unit: 'characters',
    sensitive: false,
  })
  t.is(dialect.field('2')?.sensitive, 'pan')
  t.is(dialect.field('48.92')?.sensitive, 'sad')
  t.deepEqual(dialect.field('43.city')?.pad, { side: 'right', with: ' ', kept: false })
  t.deepEqual(
    dialect.field('43')?.parts?.map(({ path }) => path),
    ['43.name', '43.city', '43.country'],
  )
  t.is(dialect.field('64')?.unit, 'bytes')
})

test('a path that leads nowhere has no facts', (t) => {
  for (const path of [
    '',
    '1',
    '65',
    '129',
    '4.1',
    '48.99',
    '43.town',
    '48.92.1',
    'constructor',
    '48.constructor',
  ]) {
    t.is(dialect.field(path), undefined, path)
  }
})

const amount = { name: 'Amount', content: 'n', length: 12, encoding: 'ascii' }
const parted = dialectOf(
  {
    name: 'Amounts',
    length: { min: 14, max: 42, prefix: { digits: 3 } },
    composite: {
      kind: 'repeated',
      max: 3,
      part: {
        name: 'One amount',
        length: 14,
        composite: {
          kind: 'positional',
          parts: [
            { key: 'type', name: 'Type', content: 'n', length: 2 },
            { key: 'sum', ...amount },
          ],
        },
      },
    },
  },
  {},
  {
    3: {
      name: 'Bits',
      length: { max: 99, prefix: { digits: 3 } },
      composite: {
        kind: 'bitmap',
        bitmap: { encoding: 'binary' },
        parts: { 1: amount, 7: amount },
      },
    },
    4: {
      name: 'Chip',
      length: { max: 255, prefix: { digits: 3 } },
      composite: {
        kind: 'ber',
        parts: { '9F26': { name: 'Cryptogram', content: 'b', length: 8, encoding: 'binary' } },
        other: { name: 'Other', content: 'b', length: { min: 0, max: 99 }, encoding: 'binary' },
      },
    },
  },
)

test('every place of a repeated part has the facts of the part, and none beyond the last', (t) => {
  t.is(parted.field('2.3.sum')?.name, 'Amount')
  t.is(parted.field('2.3.sum')?.path, '2.3.sum')
  t.deepEqual(
    parted.field('2')?.parts?.map(({ path }) => path),
    ['2.1'],
  )
  for (const path of ['2.0', '2.4', '2.01', '2.sum', '2.1.1']) {
    t.is(parted.field(path), undefined, path)
  }
})

test('the parts of a bitmap are known by their bits', (t) => {
  t.is(parted.field('3')?.composite, 'bitmap')
  t.is(parted.field('3.7')?.path, '3.7')
  t.is(parted.field('3.2'), undefined)
})

test('a tag that is not listed has the facts of the others, if it is a tag', (t) => {
  t.is(parted.field('4.9F26')?.name, 'Cryptogram')
  t.like(parted.field('4.9F10'), { name: 'Other', path: '4.9F10', sensitive: 'secret' })
  for (const path of ['4.9F', '4.9f10', '4.other', '4.$order']) {
    t.is(parted.field(path), undefined, path)
  }
})
