/** Files of other programs: jPOS packagers in XML, moov specifications in JSON. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dialectText, ImportError, type Imported, importJpos, importMoov } from '#dialects'
import { createSeeded } from '../../fakes/seeded.ts'
import { keptFor } from '../corpus.ts'
import { mutateDocument } from '../mutation/document.ts'
import { mutateXml } from '../mutation/xml.ts'
import { checkPack, checkUnpack, subjectOf } from './message-subject.ts'
import { createSampler } from './sample-messages.ts'
import { Finding, outcomeOf, type Target } from './target.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Every field is compiled by itself, with all that it could be. */
const WEIGHT = 8

const CODES = new Set(
  (
    'LIMIT_EXCEEDED SYNTAX_INVALID FORMAT_UNKNOWN MTI_UNSUPPORTED BITMAP_UNSUPPORTED ' +
    'NOTHING_CARRIED DIALECT_INVALID'
  ).split(' '),
)

const XML_WORDS = [
  ...['<isofield id="2" length="19" name="x" pad="true" class="org.jpos.iso.IFB_LLNUM"/>', '<a/>'],
  ...['<isofieldpackager id="48" length="999" name="p" class="org.jpos.iso.IFA_LLLCHAR" '],
  ...['emitBitmap="true" firstField="0" packager="org.jpos.iso.packager.GenericSubFieldPackager">'],
  ...['</isofieldpackager>', '<!DOCTYPE x [<!ENTITY a "b">]>', '&a;', '&amp;', '&#0;', '&#x41;'],
  ...[
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?xml version="1.0"?>',
    '\u0000',
    '\ufeff',
    '€',
    '"',
    '<',
  ],
  ...['org.jpos.iso.IFA_BITMAP', 'IFB_BITMAP', 'IFE_BITMAP', 'IFA_AMOUNT', 'IFB_LLHBINARY'],
  ...['IFA_TTLLCHAR', 'IFMC_LLCHAR', 'IF_NOP', 'IFB_LLLLLLCHAR', 'IFE_LLLLLNUM', '__proto__'],
  ...['org.jpos.tlv.packager.bertlv.BERTLVBinaryPackager', 'IFA_LLLBINARY', 'constructor'],
].map((word) => Buffer.from(word))

export function importTargets(): Target[] {
  return [
    {
      name: 'import-jpos',
      weight: WEIGHT,
      seeds: seedsOf('import-jpos', 'xml'),
      lexicon: XML_WORDS,
      mutate: mutateXml,
      run: (input) => checkImport(() => importJpos(input.toString(), 'fuzzed'), input),
    },
    {
      name: 'import-moov',
      weight: WEIGHT,
      seeds: seedsOf('import-moov', 'json'),
      lexicon: [],
      mutate: mutateDocument,
      run: (input) => checkImport(() => importMoov(input.toString(), 'fuzzed'), input),
    },
  ]
}

function seedsOf(name: string, ending: string): Buffer[] {
  const files = globSync(`test/dialects/fixtures/*.${ending}`, { cwd: ROOT }).sort()
  return [
    ...files.map((file) => readFileSync(join(ROOT, file))),
    ...keptFor(name).map(({ input }) => input),
  ]
}

/** What comes in is a dialect that works; what does not is refused with a place in the file. */
function checkImport(bringIn: () => Imported, input: Buffer): string[] {
  const outcome = outcomeOf(bringIn, ImportError)
  if (outcome.kind === 'refused') return [checkRefusal(outcome.error, input)]
  const { dialect, notes } = outcome.value
  const written = JSON.parse(dialectText(dialect))
  if (JSON.stringify(written) !== JSON.stringify(dialect)) {
    throw new Finding('a dialect is written otherwise')
  }
  for (const { path, reason } of notes) {
    if (path === '' || reason === '') throw new Finding('a note without a path or a reason')
  }
  const subject = subjectOf(written)
  const message = createSampler(subject.dialect, createSeeded(1))()
  checkPack(subject, message)
  checkUnpack(subject, subject.dialect.pack(message))
  return ['made', ...notes.map(({ kind, reason }) => `${kind} ${reason.slice(0, 40)}`)]
}

function checkRefusal(error: Error, input: Buffer): string {
  if (!(error instanceof ImportError)) throw new Finding('not an error of imports')
  const { code, message, place } = error
  if (!CODES.has(code)) throw new Finding('a code outside the closed list', code)
  if (message === '' || message.length > 100_000) throw new Finding('a reason of no use')
  if (place !== undefined) {
    const lines = input.toString().split('\n')
    const line = lines[place.line - 1]
    if (line === undefined || place.column < 1 || place.column > line.length + 2) {
      throw new Finding('a place outside the file', `${place.line}:${place.column}`)
    }
  }
  return `${code} ${message.slice(0, 40)}`
}
