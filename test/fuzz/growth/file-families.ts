/** Files that people write, of dialects and of other programs, that are slow to read. */
import { ImportError, importJpos, importMoov } from '#dialects'
import { compileDialect, DialectError } from '#iso8583'
import { endOf, type Family, nested, numbered } from './family.ts'

const DOCUMENT_BYTES_MAX = 400_000

export function fileFamilies(): Family[] {
  return [...dialectFamilies(), ...importFamilies()]
}

function dialectFamilies(): Family[] {
  const base = { name: 'x', mti: { encoding: 'ascii' }, bitmap: { encoding: 'hex', count: 2 } }
  const whole = (fields: unknown) => ({
    ...base,
    defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
    fields,
  })
  const length = { max: 999, prefix: { digits: 3 } }
  const composite = (rest: object) => whole({ 48: { name: 'x', length, composite: rest } })
  const part = { name: 'y', content: 'n', length: 1 }
  const values = (bytes: number) => numbered(bytes / 12, (at) => `v${at}`, 'meaning')
  return [
    compiling('elements of faults', (bytes) =>
      whole(numbered(bytes / 30, String, { name: '', x: 1 })),
    ),
    compiling('positional parts', (bytes) =>
      composite({
        kind: 'positional',
        parts: Array.from({ length: bytes / 50 }, (_, at) => ({ key: `k${at}`, ...part })),
      }),
    ),
    compiling('tags', (bytes) =>
      composite({
        kind: 'tagged',
        tag: { content: 'n', length: 6 },
        prefix: { digits: 2 },
        parts: numbered(bytes / 50, (at) => String(at).padStart(6, '0'), part),
      }),
    ),
    compiling('meanings', (bytes) => whole({ 3: { ...part, meanings: values(bytes) } })),
    compiling('tables of meanings', (bytes) =>
      whole({
        3: {
          ...part,
          meanings: Array.from({ length: bytes / 50 }, () => ({ from: 0, to: 1, values: {} })),
        },
      }),
    ),
    compiling('settings that are none', (bytes) => ({
      ...base,
      ...numbered(bytes / 12, (at) => `s${at}`),
    })),
    compiling(
      'a deep document',
      (bytes) => ({ ...base, fields: nested(Math.floor(bytes / 6)) }),
      24_000,
    ),
    compiling('a long name', (bytes) => ({ ...whole({ 3: part }), name: 'n'.repeat(bytes) })),
  ]
}

const XML_HEAD =
  '<isopackager><isofield id="0" length="4" class="IFA_NUMERIC"/>' +
  '<isofield id="1" length="16" class="IFA_BITMAP"/>'
const MOOV_HEAD =
  '{"fields":{"0":{"type":"String","length":4,"enc":"ASCII","prefix":"ASCII.Fixed"},' +
  '"1":{"type":"Bitmap","length":8,"enc":"Binary","prefix":"Binary.Fixed"},'

const LONG = '{"type":"String","length":9,"enc":"ASCII","prefix":"ASCII.LL"}'
const PARTS =
  '"48":{"type":"Composite","length":999,"prefix":"ASCII.LLL",' +
  '"tag":{"length":5,"enc":"ASCII"},"subfields":{'

interface Repeated {
  readonly open?: string
  readonly piece: (at: number) => string
  readonly close?: string
}

function importFamilies(): Family[] {
  const jpos = (
    name: string,
    piece: (at: number) => string,
    bytesMax = DOCUMENT_BYTES_MAX,
  ): Family =>
    importing(`jpos: ${name}`, (text) => importJpos(text, 'x'), {
      text: (bytes) => `${filled(XML_HEAD, piece, bytes)}</isopackager>`,
      bytesMax,
    })
  const moov = (name: string, { open = '', piece, close = '' }: Repeated): Family =>
    importing(`moov: ${name}`, (text) => importMoov(text), {
      text: (bytes) => `${filled(MOOV_HEAD + open, piece, bytes)}"2":${LONG}${close}}}`,
      bytesMax: DOCUMENT_BYTES_MAX,
    })
  const field = (at: number) => `<isofield id="${at + 2}" length="9" class="IFA_LLCHAR"/>`
  return [
    importing('jpos: attributes', (text) => importJpos(text, 'x'), {
      text: (bytes) => `${filled('<isopackager ', (at) => `a${at}="" `, bytes)}/>`,
      bytesMax: 1_000_000,
    }),
    jpos('fields', field),
    jpos('fields of one number', () => field(0)),
    jpos('tags that never end', () => '<a>', 900_000),
    jpos('one long attribute', (at) => (at === 0 ? '<a b="' : 'x'), 900_000),
    jpos('one long text', () => 'text ', 900_000),
    jpos('comments', () => '<!---->', 900_000),
    jpos('entities', () => '&amp;', 900_000),
    jpos('lines', () => '\n', 900_000),
    moov('fields', { piece: (at) => `"${at + 2}":${LONG},` }),
    moov('subfields', { open: PARTS, piece: (at) => `"${at}":${LONG},`, close: '}}' }),
    {
      name: 'import-moov: nesting',
      bytesMax: 30_000,
      make: (bytes) => {
        const depth = Math.floor(bytes / 20)
        const text = `${MOOV_HEAD}${'"2":{"subfields":{'.repeat(depth)}${'}}'.repeat(depth)}}}`
        return { bytes: text.length, run: () => endOf(() => importMoov(text), ImportError) }
      },
    },
  ]
}

function compiling(
  name: string,
  document: (bytes: number) => unknown,
  bytesMax = DOCUMENT_BYTES_MAX,
): Family {
  return {
    name: `dialect-file: ${name}`,
    bytesMax,
    make: (bytes) => {
      const made = document(bytes)
      return { bytes, run: () => endOf(() => compileDialect(made), DialectError) }
    },
  }
}

function importing(
  name: string,
  bringIn: (text: string) => unknown,
  { text, bytesMax }: { text: (bytes: number) => string; bytesMax: number },
): Family {
  return {
    name: `import-${name}`,
    bytesMax,
    make: (bytes) => {
      const made = text(bytes)
      return { bytes: made.length, run: () => endOf(() => bringIn(made), ImportError) }
    },
  }
}

function filled(head: string, piece: (at: number) => string, bytes: number): string {
  const pieces = [head]
  for (let at = 0, length = head.length; length < bytes; at += 1) {
    const next = piece(at)
    pieces.push(next)
    length += next.length
  }
  return pieces.join('')
}
