import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { importJpos, typesOfDialect } from '#dialects'
import { compileDialect, readSpecification } from '#iso8583'
import { fixture } from './fixture.ts'
import { shippedDialects } from './shipped.ts'

const MERIDIAN = projectJson('specs/hosts/meridian/dialect.json')
const { steps } = projectJson('specs/hosts/meridian/transcripts/03-sale-approved.json')
const EVIL = '*/ export const evil = 1 /* \n x'

function projectJson(path: string) {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
}

/** A module that gives a message to the type of its dialect. */
function use(message: object): string {
  return `import type { MeridianMessage } from './meridian.ts'
export const message: MeridianMessage = ${JSON.stringify(message)}
export const city: string | undefined = message.fields['43']?.city
`
}

function decoded(): object[] {
  const dialect = compileDialect(MERIDIAN)
  return steps.map(({ hex }: { hex: string }) => dialect.unpack(Buffer.from(hex, 'hex')))
}

const WRONG = [
  { '199': 'x' },
  { '4': 100 },
  { '43': 'one text' },
  { '43': { name: 'n', city: 'c' } },
  { '48': { unknown: 'x' } },
]

const READ_AND_WRITE = `import type { MeridianMessage } from './meridian.ts'
type Value = string | { readonly [part: string]: Value }
interface Message { readonly mti: string; readonly fields: Readonly<Record<string, Value>> }
declare function unpack(): Message
declare function pack(message: Message): void
export const message = unpack() as MeridianMessage
pack(message)
pack({ mti: '0200', fields: { '4': '000000004200' } } satisfies MeridianMessage)
`

const evil = readSpecification({
  name: EVIL,
  title: EVIL,
  mti: { encoding: 'ascii' },
  bitmap: { encoding: 'hex', count: 1 },
  fields: { 4: { name: EVIL, content: 'n', encoding: 'ascii', length: 12 } },
})
const composites = readSpecification(importJpos(fixture('composites.xml'), 'composites').dialect)

/** One run of the compiler for all; its lines name the module they are about. */
const MODULES = new Map([
  ...shippedDialects().map(({ file, plan }): [string, string] => [
    `shipped-${file.replaceAll(/[^a-z0-9]/g, '-')}.ts`,
    typesOfDialect(plan),
  ]),
  ['shipped-composites.ts', typesOfDialect(composites)],
  ['meridian.ts', typesOfDialect(readSpecification(MERIDIAN))],
  ...decoded().map((it, at): [string, string] => [`decoded-${at}.ts`, use(it)]),
  ...WRONG.map((it, at): [string, string] => [`wrong-${at}.ts`, use({ mti: '0200', fields: it })]),
  ['read-and-write.ts', READ_AND_WRITE],
  ['evil.ts', typesOfDialect(evil)],
])

const OPTIONS = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']
const TSC = new URL('../../node_modules/typescript/bin/tsc', import.meta.url).pathname
let said = ''

test.before(() => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-types-'))
  for (const [name, text] of MODULES) writeFileSync(join(folder, name), text)
  const settings = [...OPTIONS, '--noEmit', '--ignoreConfig', '--module', 'nodenext']
  try {
    const files = [...MODULES.keys()]
    execFileSync(process.execPath, [TSC, ...settings, '--allowImportingTsExtensions', ...files], {
      cwd: folder,
    })
  } catch (error) {
    said = String((error as { stdout?: unknown }).stdout ?? error)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function saidOf(kind: string): string[] {
  return said.split('\n').filter((line) => line.startsWith(kind))
}

test('the types of every shipped dialect compile under strict', (t) => {
  t.true([...MODULES.keys()].filter((name) => name.startsWith('shipped-')).length > 9)
  t.deepEqual([...saidOf('shipped-'), ...saidOf('meridian')], [])
})

test('decoded messages are assignable to the type of their dialect', (t) => {
  t.true(MODULES.has('decoded-0.ts'))
  t.deepEqual(saidOf('decoded-'), [])
})

for (const [at, fields] of WRONG.entries()) {
  test(`a message with ${JSON.stringify(fields)} is not`, (t) => {
    t.is(saidOf(`wrong-${at}.ts`).length, 1)
  })
}

test('what unpack returns can be named by the type, and what has the type can be packed', (t) => {
  t.deepEqual(saidOf('read-and-write'), [])
})

test('names from a file cannot leave the comment they stand in', (t) => {
  t.deepEqual(saidOf('evil'), [])
  t.false(/^ *export const/m.test(MODULES.get('evil.ts') ?? ''))
})
