import test from 'ava'
import { meridian } from './dialects.ts'

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
