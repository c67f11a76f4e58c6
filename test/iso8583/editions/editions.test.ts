import { readdirSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import type { Dialect } from '#iso8583'
import { decodeFault, projectJson } from '../dialects.ts'
import { editionOf, elementsOf, fileOf, NAMES } from './editions.ts'

const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, allErrors: true })
const isDialect = ajv.compile(projectJson('specs/dialect.schema.json'))

test('these editions are shipped, and no other', (t) => {
  const folder = new URL('../../../specs/editions/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  t.deepEqual(
    files.sort(),
    NAMES.map((name) => `${name}.json`),
  )
})

for (const name of NAMES) {
  const dialect = editionOf(name)

  test(`${name} keeps the published schema, and is named as its file`, (t) => {
    t.true(isDialect(projectJson(fileOf(name))), ajv.errorsText(isDialect.errors))
    t.is(dialect.name, name)
  })

  test(`${name} has every element from 2 to 128, but for 65, which announces more bitmaps`, (t) => {
    const elements = Array.from({ length: 127 }, (_, index) => String(index + 2))
    t.deepEqual(
      elementsOf(dialect),
      elements.filter((element) => element !== '65'),
    )
    const head = name.endsWith('ascii')
      ? Buffer.from(`0100${'8000000000000000'.repeat(2)}`)
      : Buffer.from(`0100${'8000000000000000'.repeat(2)}`, 'hex')
    t.regex(decodeFault(dialect, head), /^FIELD_UNKNOWN \d+ 65$/)
  })

  test(`${name} shows no card number, track, PIN block or account, and the rest in clear`, (t) => {
    t.deepEqual(maskedElements(dialect), MASKED[name.slice(0, 4)])
    t.deepEqual(maskedTags(dialect), MASKED_TAGS)
  })
}

/** Of each year, what is masked, and how. */
const MASKED: Readonly<Record<string, object>> = {
  1987: {
    pan: '2 34',
    sad: '35 36 45 52',
    secret: '14 53 96 102 103',
  },
  1993: {
    pan: '2 34',
    sad: '35 36 45 52',
    secret: '14 53 96 102 103',
  },
  2003: {
    pan: '2',
    sad: '35 36 45 49 52 53',
    secret: '14 34 96 102 103',
  },
}

const MASKED_TAGS = {
  pan: '5A',
  sad: '56 57 99 9F1F 9F20 9F6B',
  secret: '5F20 5F24 9F0B 9F24',
}

const MEANINGS: readonly (readonly [string, string, unknown, string])[] = [
  ['1987-ascii', 'mti', '0421', '1987, reversal, advice, from the acquirer, repeated'],
  [
    '1987-ascii',
    '3',
    '091000',
    'goods and services with cash back, savings account, default account',
  ],
  ['1987-ascii', '22', '051', 'chip read, PIN can be entered'],
  ['1987-ascii', '25', '08', 'mail or telephone order'],
  ['1987-ascii', '39', '51', 'not sufficient funds'],
  ['1987-ascii', '49', '392', 'JPY, Yen'],
  ['1987-ascii', '70', '301', 'echo test'],
  ['1987-binary', '70', '270', 'echo test'],
  ['1993-ascii', 'mti', '1804', '1993, network management, request, from another party'],
  ['1993-ascii', '24', '821', 'cutover'],
  ['1993-ascii', '25', '4021', 'timeout waiting for response'],
  ['1993-binary', '39', '907', 'issuer or switch inoperative'],
  ['2003-ascii', 'mti', '2164', '2003, authorisation, instruction, from another party'],
  ['2003-ascii', '39', '9107', 'issuer or switch inoperative'],
  ['2003-ascii', '39', '1016', 'not sufficient funds'],
]

for (const [name, path, value, meaning] of MEANINGS) {
  test(`${name} says of ${path} ${value}: ${meaning}`, (t) => {
    const message =
      path === 'mti'
        ? { mti: String(value), fields: {} }
        : { mti: '0000', fields: { [path]: String(value) } }
    const lines = editionOf(name).describe(message)
    t.is(lines.find((line) => line.path === path)?.meaning, meaning)
  })
}

test('the twelve positions of the point of service each have their meaning', (t) => {
  const [, line] = editionOf('1993-binary').describe({
    mti: '1200',
    fields: { 22: '510101511344' },
  })
  t.is(line?.meaning?.split(', ').length, 13, line?.meaning)
})

test('parts of composites have meanings: of 2003, how the card was read', (t) => {
  const lines = editionOf('2003-ascii').describe({
    mti: '2200',
    fields: {
      22: {
        read: '04000000',
        verification: '10000000',
        environment: '08000000',
        security: '20000000',
      },
    },
  })
  t.deepEqual(lines.flatMap((line) => line.meaning ?? []).slice(1), [
    'chip',
    'online PIN',
    'electronic commerce',
    'open network',
  ])
})

test('the currencies of ISO 4217 and the tags of chip data are the same in every edition', (t) => {
  const [first, ...rest] = NAMES.map((name) => sharedTables(projectJson(fileOf(name))))
  t.true(Object.keys(first?.currencies ?? {}).length > 170)
  t.true(Object.keys(first?.tags ?? {}).length > 60)
  for (const tables of rest) t.deepEqual(tables, first)
})

function sharedTables(file: Record<string, unknown>): { currencies: object; tags: object } {
  const { meanings, fields } = file as {
    meanings: { iso4217: object }
    fields: Record<string, { composite: { parts: object } }>
  }
  return { currencies: meanings.iso4217, tags: fields[55]?.composite.parts ?? {} }
}

function maskedElements(dialect: Dialect): Record<string, string> {
  return byMask(elementsOf(dialect), (element) => dialect.field(element))
}

function maskedTags(dialect: Dialect): Record<string, string> {
  const tags = (dialect.field('55')?.parts ?? []).map(({ path }) => path.slice('55.'.length))
  return byMask(tags, (tag) => dialect.field(`55.${tag}`))
}

function byMask(keys: readonly string[], factsOf: (key: string) => ReturnType<Dialect['field']>) {
  const masked: Record<string, string[]> = {}
  for (const key of keys) {
    const mask = factsOf(key)?.sensitive
    if (mask) masked[mask] = [...(masked[mask] ?? []), key]
  }
  return Object.fromEntries(Object.entries(masked).map(([mask, found]) => [mask, found.join(' ')]))
}
