/** Bytes to messages and messages to bytes, for every dialect of the project and some of nobody. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Message } from '#iso8583'
import { createSeeded } from '../../fakes/seeded.ts'
import { DIALECT_FILES, projectJson } from '../../iso8583/dialects.ts'
import { keptFor } from '../corpus.ts'
import { mutateBytes } from '../mutation/bytes.ts'
import { mutateDocument } from '../mutation/document.ts'
import {
  checkPack,
  checkReadOften,
  checkUnpack,
  checkWrittenOften,
  type Subject,
  subjectOf,
} from './message-subject.ts'
import { createSampler } from './sample-messages.ts'
import { STRESS_DIALECTS } from './stress-dialects.ts'
import type { Target } from './target.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SAMPLES = 8
const VECTORS = 6
/** Enough for a reader to be made for a set of elements. */
const WARM_READS = 40
/** One input in so many is read or written a hundred times by a dialect of its own. */
const OFTEN_ONE_IN = 200

const HEX = [
  ...['9F', '1F', '5F', 'DF81', '9F26', '9F2608', '5A08', 'E1', 'E103', 'BF0C', '5A00', 'C100'],
  ...['80', '8100', '8180', '820001', '82FFFF', '83000001', '83FFFFFF', '840000000A', 'FF', '00'],
  ...['9F818181', 'DF8101', '0000', '0F', 'F0', 'DD', 'D0', '2020', '4040', 'F0F0', 'F0F1', '433D'],
]
const TEXTS = ['16', '005', '99999', '0000', '+9', ' 9', '1_0', '999', 'C', 'D', '=', '9F26']
const LEXICON: readonly Buffer[] = [
  ...HEX.map((hex) => Buffer.from(hex, 'hex')),
  ...TEXTS.map((text) => Buffer.from(text)),
]

/** The specifications of every dialect in the repository, by a short name. */
export function projectDialects(): { name: string; document: unknown }[] {
  return DIALECT_FILES.map((file) => ({ name: nameOf(file), document: projectJson(file) }))
}

function nameOf(file: string): string {
  if (file.endsWith('/dialect.json')) return basename(dirname(file))
  return basename(file, '.json').replace('.dialect', '-vectors')
}

export function messageTargets(): Target[] {
  const stress = Object.entries(STRESS_DIALECTS).map(([name, document]) => ({ name, document }))
  return [...projectDialects(), ...stress].flatMap(({ name, document }) => {
    const subject = subjectOf(document)
    const messages = samplesOf(name, subject)
    const parts = { subject, document, messages }
    return [unpackTarget(`unpack-${name}`, parts), messageTarget(`message-${name}`, parts)]
  })
}

function samplesOf(name: string, { dialect }: Subject): Message[] {
  const random = createSeeded(1, name)
  const sample = createSampler(dialect, random)
  const samples = Array.from({ length: SAMPLES }, sample)
  const vectors = globSync(`test/vectors/${name.replace('-vectors', '')}.jsonl`, { cwd: ROOT })
  const lines = vectors.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').split('\n'))
  const kept = lines.slice(0, VECTORS).map((line) => dialect.unpack(bytesOfVector(line)))
  return [...samples, ...kept]
}

function bytesOfVector(line: string): Buffer {
  const { hex } = JSON.parse(line)
  return Buffer.from(hex, 'hex')
}

interface Parts {
  readonly subject: Subject
  readonly document: unknown
  readonly messages: readonly Message[]
}

function unpackTarget(name: string, { subject, document, messages }: Parts): Target {
  const seeds = [
    ...messages.map((message) => subject.dialect.pack(message)),
    ...keptFor(name).map(({ input }) => input),
  ]
  for (const bytes of seeds.slice(0, messages.length)) warm(subject, bytes)
  let runs = 0
  return {
    name,
    weight: 1,
    seeds,
    lexicon: LEXICON,
    mutate: mutateBytes,
    run: (input) => {
      runs += 1
      if (runs % OFTEN_ONE_IN === 0) checkReadOften(document, input)
      return checkUnpack(subject, input)
    },
  }
}

/** Readers are made for sets of elements that are read often: they are what is to be tried. */
function warm({ dialect }: Subject, bytes: Buffer): void {
  for (let read = 0; read < WARM_READS; read += 1) dialect.unpack(bytes)
}

/** Any JSON value as a message: packed where it can be, described in any case. */
function messageTarget(name: string, { subject, document, messages }: Parts): Target {
  let runs = 0
  return {
    name,
    weight: 1,
    seeds: [
      ...messages.map((message) => Buffer.from(JSON.stringify(message))),
      ...keptFor(name).map(({ input }) => input),
    ],
    lexicon: [],
    mutate: mutateDocument,
    run: (input) => {
      const message = JSON.parse(input.toString())
      runs += 1
      if (runs % OFTEN_ONE_IN === 0) checkWrittenOften(document, message)
      return checkPack(subject, message)
    },
  }
}
