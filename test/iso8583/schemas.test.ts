import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { compileDialect, compileFrameHeader, DialectError } from '#iso8583'
import { DIALECT_FILES, projectJson } from './dialects.ts'

const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allErrors: true,
})
const isDialect = ajv.compile(projectJson('specs/dialect.schema.json'))
const isHeader = ajv.compile(projectJson('specs/frame-header.schema.json'))

for (const file of DIALECT_FILES) {
  test(`${file} keeps the published schema`, (t) => {
    t.true(isDialect(projectJson(file)), ajv.errorsText(isDialect.errors))
  })
}

const accepts = (compile: (specification: unknown) => unknown, specification: unknown): boolean => {
  try {
    compile(specification)
    return true
  } catch (error) {
    if (error instanceof DialectError) return false
    throw error
  }
}

test('what the schema refuses is refused at load, whichever setting is missing or spoilt', (t) => {
  const element = {
    name: 'x',
    content: 'n',
    encoding: 'bcd',
    length: { min: 1, max: 9, prefix: { digits: 1, encoding: 'bcd' }, unit: 'digits' },
    pad: { side: 'left', with: 'F', counted: false },
    mask: 'pan',
    meanings: [{ from: 0, to: 1, of: 'x', values: { 1: 'one' } }],
  }
  const digit = { name: 'x', content: 'n', length: 1 }
  const length = { max: 49, prefix: { digits: 2 } }
  const tag = { content: 'b', length: 1, encoding: 'hex' }
  const dialect = {
    name: 'x',
    title: 'x',
    meanings: { edition: [{ from: 0, to: 1, of: 'x', values: { 1: 'one' } }] },
    mti: { encoding: 'ascii', meanings: 'edition' },
    bitmap: { encoding: 'hex', count: 2, secondary: 'always' },
    defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
    fields: {
      2: element,
      8: { name: 'x', content: 'x+n', encoding: 'bcd', length: 3, sign: 'ebcdic-037' },
      3: {
        name: 'x',
        length: { ...length, unit: 'characters' },
        composite: { kind: 'ber', encoding: 'hex', parts: { C1: digit }, other: digit },
      },
      4: { name: 'x', length, composite: { kind: 'repeated', max: 2, part: digit } },
      5: {
        name: 'x',
        length,
        composite: { kind: 'bitmap', bitmap: { encoding: 'hex', count: 2 }, parts: { 2: digit } },
      },
      6: {
        name: 'x',
        length,
        composite: { kind: 'tagged', tag, prefix: { digits: 1 }, parts: { '5F': digit } },
      },
      7: {
        name: 'x',
        length,
        composite: { kind: 'positional', parts: [{ ...digit, key: 'a', lenient: ['content'] }] },
      },
    },
  }
  const header = {
    length: { bytes: 2, encoding: 'binary', includesItself: true },
    tpdu: { id: '60', destination: '0001', source: '0002' },
    poll: 'refused',
  }
  t.true(isDialect(dialect) && accepts(compileDialect, dialect), ajv.errorsText(isDialect.errors))
  t.true(isHeader(header) && accepts(compileFrameHeader, header))
  for (const spoilt of spoiltForms(dialect)) {
    t.true(isDialect(spoilt) || !accepts(compileDialect, spoilt), JSON.stringify(spoilt))
  }
  for (const spoilt of spoiltForms(header)) {
    t.true(isHeader(spoilt) || !accepts(compileFrameHeader, spoilt), JSON.stringify(spoilt))
  }
})

/** The document with each member missing, of no known value, or joined by an unknown one. */
function* spoiltForms(document: unknown): Generator<unknown> {
  if (typeof document !== 'object' || document === null) return
  yield { ...document, surprise: 1 }
  for (const [name, value] of Object.entries(document)) {
    const { [name]: _, ...without } = document as Record<string, unknown>
    yield Array.isArray(document) ? document.toSpliced(Number(name), 1) : without
    yield replaced(document, name, '??')
    for (const spoilt of spoiltForms(value)) yield replaced(document, name, spoilt)
  }
}

function replaced(document: object, name: string, value: unknown): unknown {
  return Array.isArray(document)
    ? document.with(Number(name), value)
    : { ...document, [name]: value }
}
