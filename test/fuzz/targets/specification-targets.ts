/** Files that people write: dialects, frame headers, links and mappings, each with faults in it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { compileLinkProfile, LinkProfileError } from '#communication'
import type { JsonObject } from '#domain'
import { compileDialect, compileFrameHeader, DialectError, type SpecFault } from '#iso8583'
import { compileMapping, MappingError } from '#processing'
import { readMessages } from '../../../src/host-profile.ts'
import { MAC_SPEC } from '../../communication/host/macs/mac-spec.ts'
import { createSeeded } from '../../fakes/seeded.ts'
import { keptFor } from '../corpus.ts'
import { mutateDocument } from '../mutation/document.ts'
import { checkPack, checkUnpack, subjectOf } from './message-subject.ts'
import { projectDialects } from './message-targets.ts'
import { createSampler } from './sample-messages.ts'
import { STRESS_DIALECTS } from './stress-dialects.ts'
import { Finding, outcomeOf, type Target } from './target.ts'

const SAMPLES = 2
/** A dialect holds room for its longest message. */
const DIALECT_BYTES_MAX = 64 * 1024 * 1024

export function specificationTargets(): Target[] {
  return [dialectTarget(), headerTarget(), linkTarget(), mappingTarget()]
}

function dialectTarget(): Target {
  const isDialect = new Ajv2020({ strict: false }).compile(projectJson('specs/dialect.schema.json'))
  const documents = [
    ...projectDialects().map(({ document }) => document),
    ...Object.values(STRESS_DIALECTS),
  ]
  return documentTarget({ name: 'dialect-file', weight: 4, documents }, (document) => {
    const before = process.memoryUsage().arrayBuffers
    const outcome = outcomeOf(() => subjectOf(document), DialectError)
    const taken = process.memoryUsage().arrayBuffers - before
    if (taken > DIALECT_BYTES_MAX) throw new Finding('a dialect takes much memory', String(taken))
    if (outcome.kind === 'refused') return checkFaults(outcome.error, document)
    if (!isDialect(document)) {
      const [error] = isDialect.errors ?? []
      throw new Finding('a dialect is taken that its schema refuses', error?.instancePath)
    }
    return checkUse(outcome.value)
  })
}

/** A dialect that was taken has to work. */
function checkUse(subject: ReturnType<typeof subjectOf>): string[] {
  const random = createSeeded(1, subject.dialect.name)
  const sample = createSampler(subject.dialect, random)
  for (let count = 0; count < SAMPLES; count += 1) {
    const message = sample()
    checkPack(subject, message)
    checkUnpack(subject, subject.dialect.pack(message))
  }
  return ['taken']
}

function headerTarget(): Target {
  const tpdu = { id: '60', destination: '0001', source: '0203' }
  const documents = [
    { length: { bytes: 2, encoding: 'binary' } },
    { length: { bytes: 4, encoding: 'ascii', includesItself: true }, tpdu, poll: 'refused' },
    { length: { bytes: 2, encoding: 'bcd' }, tpdu, poll: 'passed' },
  ]
  return documentTarget({ name: 'dialect-header', weight: 1, documents }, (document) => {
    const outcome = outcomeOf(() => compileFrameHeader(document), DialectError)
    if (outcome.kind === 'refused') return checkFaults(outcome.error, document)
    const header = outcome.value
    const frame = header.wrap(Buffer.from('0800'))
    if (header.read(frame).messageBytes !== 4) throw new Finding('a frame is read otherwise')
    return ['taken']
  })
}

function linkTarget(): Target {
  const meridian = compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
  const link = projectJson('specs/hosts/meridian/link.json')
  const documents = [link, { ...link, mac: MAC_SPEC }]
  return documentTarget({ name: 'link-file', weight: 1, documents }, (document) => {
    const outcome = outcomeOf(() => compileLinkProfile(document, meridian), LinkProfileError)
    return outcome.kind === 'refused' ? checkFaults(outcome.error, document) : ['taken']
  })
}

function mappingTarget(): Target {
  const dialect = compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
  const schema = projectJson('specs/mapping.schema.json')
  const documents = [projectJson('specs/hosts/meridian/mapping.json')]
  const parts = { dialect, messages: readMessages(), schema }
  return documentTarget({ name: 'mapping-file', weight: 16, documents }, (document) => {
    const outcome = outcomeOf(() => compileMapping(document, parts), MappingError)
    return outcome.kind === 'refused' ? checkFaults(outcome.error, document) : ['taken']
  })
}

interface Documents {
  readonly name: string
  readonly weight: number
  readonly documents: readonly unknown[]
}

function documentTarget(
  { name, weight, documents }: Documents,
  check: (document: unknown) => readonly string[],
): Target {
  return {
    name,
    weight,
    seeds: [
      ...documents.map((document) => Buffer.from(JSON.stringify(document))),
      ...keptFor(name).map(({ input }) => input),
    ],
    lexicon: [],
    mutate: mutateDocument,
    run: (input) => check(JSON.parse(input.toString())),
  }
}

/** Every fault of a dialect has a reason, and a path into the document or to what it lacks. */
function checkFaults(error: Error, document: unknown): string[] {
  const isOne = error instanceof LinkProfileError || error instanceof MappingError
  if (!(error instanceof DialectError || isOne)) {
    throw new Finding('not an error of specifications')
  }
  if (error.faults.length === 0) throw new Finding('a refusal without a fault')
  if (error instanceof DialectError) for (const fault of error.faults) checkPath(fault, document)
  return error.faults.map(({ path, reason }) => `${shapeOf(path)} ${reason.slice(0, 40)}`)
}

function checkPath({ path, reason }: SpecFault, document: unknown): void {
  if (reason === '') throw new Finding('a fault without a reason')
  let place: unknown = document
  for (const key of path.slice(0, -1)) {
    const isThere = typeof place === 'object' && place !== null && Object.hasOwn(place, key)
    if (!isThere) throw new Finding('the path of a fault leads nowhere', path.join('.'))
    place = Object.entries(place ?? {}).find(([name]) => name === String(key))?.[1]
  }
}

function shapeOf(path: SpecFault['path']): string {
  return path.map((key) => (/^[a-zA-Z]+$/.test(String(key)) ? key : '#')).join('.')
}

function projectJson(file: string): JsonObject {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../..', file), 'utf8'))
}
