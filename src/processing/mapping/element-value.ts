import { type Refusal, refusal } from '#domain'
import { DATE_LAYOUTS, dateCut, type FieldFacts, type SpecFault, STAMP_LAYOUT } from '#iso8583'
import type { ValueFacts } from '../messages/members.ts'
import { compileFit, misfitOf, textMisfit } from './content-class.ts'
import { type Format, formatNames, formatOf } from './formats.ts'
import type { RequestParts } from './request.ts'
import type { Given, Source } from './sources.ts'
import { A_MESSAGE, type Faults, type Placed, type RequestElementSpec } from './specification.ts'
import { compileTable } from './tables.ts'

/**
 * Gives an element's text: nothing when it is absent from this message, a refusal when it has
 * none.
 */
export type ValueOf = (given: Given) => string | undefined | Refusal

/**
 * Compile where an element's value comes from and how it is written; faults go to `parts.faults`.
 */
export function compileValue(
  placed: Placed<RequestElementSpec>,
  facts: FieldFacts,
  parts: RequestParts,
): ValueOf | undefined {
  const { spec, path } = placed
  const { faults } = parts
  if ((spec.from === undefined) === (spec.value === undefined)) {
    faults.add(path, 'needs either `from` or `value`')
    return undefined
  }
  if (spec.value !== undefined) {
    const { value } = spec
    for (const name of ['table', 'format', 'default'] as const) {
      if (spec[name] !== undefined) faults.add([...path, name], 'means nothing beside `value`')
    }
    checkText([...path, 'value'], value, facts, faults)
    return () => value
  }
  const from = spec.from ?? ''
  const source = parts.find(from)
  if (!source) {
    faults.add([...path, 'from'], unknownSource(from, parts))
    return undefined
  }
  if (parts.follows && source.sensitive === 'sad') {
    const reason = 'is sensitive authentication data, not kept'
    faults.add([...path, 'from'], `${reason}; ${A_MESSAGE[parts.follows]} cannot have it`)
  } else checkSensitivity(placed, source, facts, faults)
  checkPresence(placed, source, faults)
  return compileSource({ placed, facts, source }, parts)
}

function unknownSource(from: string, { follows }: RequestParts): string {
  if (!follows || !from.startsWith('request.')) return `there is no source ${from}`
  const has = `${A_MESSAGE[follows]} has original., carried., ${follows}., merchant. and exchange.`
  return `${from} is not kept; ${has}`
}

function checkSensitivity(
  { element, path }: Placed<RequestElementSpec>,
  source: Source,
  facts: FieldFacts,
  faults: Faults,
): void {
  if (source.sensitive === false || source.sensitive === facts.sensitive) return
  const said = source.sensitive === 'sad' ? 'sensitive authentication data' : 'a card number'
  faults.add([...path, 'from'], `is ${said}, but the dialect does not mark element ${element} so`)
}

function checkPresence(
  { spec, path }: Placed<RequestElementSpec>,
  source: Source,
  faults: Faults,
): void {
  if (spec.use !== 'mandatory' || source.always || spec.default !== undefined) return
  faults.add([...path, 'from'], 'can be absent, so a mandatory element needs a `default`')
}

interface Sourced {
  readonly placed: Placed<RequestElementSpec>
  readonly facts: FieldFacts
  readonly source: Source
}

/** Source, then table, then format; what no schema vouches for is checked each time. */
function compileSource(sourced: Sourced, parts: RequestParts): ValueOf | undefined {
  const { placed, facts, source } = sourced
  const { spec, path } = placed
  const { faults } = parts
  if (spec.default !== undefined) {
    checkText([...path, 'default'], spec.default, facts, faults)
  }
  const absent = spec.default
  if (source.stamp) return compileStamp(sourced, faults)
  if (spec.table !== undefined) return compileTabled(sourced, parts)
  const format = namedFormat(sourced, faults)
  if (format === null) return undefined
  const produced = producedBy(sourced, format, faults)
  if (!produced) return undefined
  const write = format?.compile(facts)
  if (!source.unproven) {
    const misfit = misfitOf(produced, facts)
    if (misfit) faults.add([...path, 'from'], misfit)
    return (given) => {
      const text = source.read(given)
      if (text === undefined) return absent
      return write ? write(text) : text
    }
  }
  const fits = compileFit(facts)
  const misfit = recordMisfit(spec.from ?? '', facts)
  return (given) => {
    const text = source.read(given)
    if (text === undefined) return absent
    const written = write ? write(text) : text
    return fits(written) ? written : misfit
  }
}

function recordMisfit(from: string, { path }: FieldFacts): Refusal {
  const reason = `${from.replace('.', ' ')} on record does not fit element ${path} of the host`
  return refusal('NOT_SUPPORTED_BY_HOST', reason)
}

function compileStamp({ placed, facts, source }: Sourced, faults: Faults): ValueOf | undefined {
  const { spec, path } = placed
  const cut = dateCut(STAMP_LAYOUT, spec.format ?? '')
  if (!cut || spec.format === undefined) {
    const known = DATE_LAYOUTS.join(', ')
    faults.add([...path, 'format'], `a moment needs a date format; known are ${known}`)
    return undefined
  }
  if (spec.table !== undefined) faults.add([...path, 'table'], 'means nothing beside a moment')
  const length = spec.format.length
  const misfit = misfitOf({ content: spec.format, min: length, max: length }, facts)
  if (misfit) faults.add([...path, 'format'], misfit)
  return (given) => {
    const stamp = source.read(given)
    return stamp === undefined ? undefined : cut(stamp)
  }
}

/** @returns undefined when none is named, null when there is no such format. */
function namedFormat({ placed }: Sourced, faults: Faults): Format | undefined | null {
  const { spec, path } = placed
  if (spec.format === undefined) return undefined
  const format = formatOf(spec.format)
  if (format) return format
  const reason = DATE_LAYOUTS.includes(spec.format)
    ? `${spec.format} takes a moment, exchange.utc or exchange.local`
    : `there is no format ${spec.format}; known are ${formatNames().join(', ')}`
  faults.add([...path, 'format'], reason)
  return null
}

function producedBy(
  { placed, facts, source }: Sourced,
  format: Format | undefined,
  faults: Faults,
): ValueFacts | undefined {
  const { path } = placed
  if (!source.value) {
    const reason = source.words
      ? 'is one of a list of words: name a `table`'
      : 'does not say what it can hold (x-value in the schema), so no element can carry it'
    faults.add([...path, 'from'], reason)
    return undefined
  }
  if (!format) return asText(source.value)
  const produced = format.produces(source.value, facts)
  if (typeof produced !== 'string') return produced
  faults.add([...path, 'format'], produced)
  return undefined
}

/** Base64 is counted in bytes by the schemas; sent as it is, it is text. */
function asText({ content, min, max }: ValueFacts): ValueFacts {
  if (content !== 'base64') return { content, min, max }
  return { content, min: 4 * Math.ceil(min / 3), max: 4 * Math.ceil(max / 3) }
}

function compileTabled(
  { placed, facts, source }: Sourced,
  parts: RequestParts,
): ValueOf | undefined {
  const { spec, path } = placed
  const { faults, tables } = parts
  if (spec.format !== undefined) {
    faults.add([...path, 'format'], 'means nothing beside `table`: write what the host wants there')
  }
  const table = tables.get(spec.table ?? '')
  if (!table) {
    faults.add([...path, 'table'], `there is no table ${spec.table}`)
    return undefined
  }
  table.checkOutputs((text) => textMisfit(text, facts), faults)
  if (source.words) table.checkInputs(source.words, faults)
  if (source.words && parts.follows) table.checkEvery(source.words, faults)
  const refused = refusal(
    'NOT_SUPPORTED_BY_HOST',
    'the host does not take this',
    source.field ?? 'type',
  )
  const look = compileTable(table)
  const absent = spec.default
  return (given) => {
    const text = source.read(given)
    return text === undefined ? absent : (look(text) ?? refused)
  }
}

function checkText(path: SpecFault['path'], text: string, facts: FieldFacts, faults: Faults): void {
  const misfit = textMisfit(text, facts)
  if (misfit) faults.add(path, misfit)
}
