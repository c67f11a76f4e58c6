import type { Balance } from '#domain'
import { type Composite, dateCut, type FieldFacts } from '#iso8583'
import type { Member } from '../messages/members.ts'
import type { AnswerParts } from './answer.ts'
import { type Mismatch, mismatched } from './answer-rules.ts'
import { compileBalances } from './balances.ts'
import { misfitOf } from './content-class.ts'
import { readerAt } from './sources.ts'
import type { AnswerElementSpec, Faults, Placed, Verdict } from './specification.ts'
import { compileTable } from './tables.ts'

/** What the host said, while it is being gathered. */
export interface Findings {
  balances?: readonly Balance[]
  responseCode?: string
  approvalCode?: string
  approvedMinor?: bigint
  checks?: Record<string, string>
  details?: Record<string, string>
  carried?: Record<string, string>
}

interface Exchanged {
  readonly sent: Composite
  readonly answer: Composite
  readonly verdict: Verdict
}

/** Takes one element of an answer to where it belongs. */
export type Collect = (findings: Findings, exchanged: Exchanged) => Mismatch | undefined

/** @returns nothing when the element is only checked, or is faulty */
export function compileTarget(
  placed: Placed<AnswerElementSpec>,
  facts: FieldFacts,
  parts: AnswerParts,
): Collect | undefined {
  const { element, spec } = placed
  const { to, carry = false } = spec
  for (const name of ['table', 'format'] as const) {
    if (to === undefined && spec[name] !== undefined) {
      parts.faults.add([...placed.path, name], 'needs a `to`')
    }
  }
  if (to === undefined && !carry) return undefined
  if (facts.sensitive === 'sad' || facts.sensitive === 'pan') {
    const reason = `element ${element} is marked ${facts.sensitive}, so it is not kept`
    parts.faults.add([...placed.path, to === undefined ? 'carry' : 'to'], reason)
    return undefined
  }
  if (to === 'approvedAmount' && parts.members.has(to)) return approvedAmount(placed, facts, parts)
  if (to === 'balances' && parts.members.has(to)) return compileBalances(placed, parts)
  const tell = to === undefined ? undefined : compileTelling({ ...placed, to }, facts, parts)
  const read = readerAt(element)
  return (findings, { answer }) => {
    const value = read(answer)
    if (typeof value !== 'string') return undefined
    tell?.(findings, value)
    if (carry) {
      findings.carried ??= {}
      findings.carried[element] = value
    }
    return undefined
  }
}

type Tell = (findings: Findings, value: string) => void

function compileTelling(
  placed: Placed<AnswerElementSpec> & { readonly to: string },
  facts: FieldFacts,
  { answerKind, members, tables, faults }: AnswerParts,
): Tell | undefined {
  const { spec, path, to } = placed
  const member = members.get(to)
  if (!member?.filledByHost) {
    faults.add([...path, 'to'], `${answerKind} has no member ${to} for the host to fill`)
    return undefined
  }
  const put = putterOf(member)
  if (spec.format !== undefined) return compileDate(placed, member, { facts, faults })
  if (spec.table === undefined) {
    const misfit = memberMisfit(member, facts)
    if (misfit) faults.add([...path, 'to'], misfit)
    return put
  }
  const table = tables.get(spec.table)
  if (!table) {
    faults.add([...path, 'table'], `there is no table ${spec.table}`)
    return undefined
  }
  table.checkOutputs((text) => wordMisfit(member, text), faults)
  if (table.spec.otherwise === null) {
    const reason = 'must have a word: the host has decided, its answer is not refused for this'
    faults.add(['tables', table.name, 'otherwise'], reason)
  }
  const look = compileTable(table)
  return (findings, value) => {
    const word = look(value)
    if (word !== undefined) put(findings, word)
  }
}

/** The part of the host's date that the merchants' schema has room for. */
function compileDate(
  { spec: { format = '', table }, path }: Placed<AnswerElementSpec>,
  member: Member,
  { facts, faults }: { readonly facts: FieldFacts; readonly faults: Faults },
): Tell | undefined {
  if (table !== undefined) faults.add([...path, 'format'], 'means nothing beside `table`')
  const cut = dateCut(facts.content, format)
  if (!cut) {
    const reason = `is no date to be found in element ${facts.path} (${facts.content})`
    faults.add([...path, 'format'], reason)
    return undefined
  }
  const { length } = format
  const misfit = memberMisfit(member, { ...facts, content: format, min: length, max: length })
  if (misfit) faults.add([...path, 'to'], misfit)
  const put = putterOf(member)
  return (findings, value) => put(findings, cut(value))
}

function memberMisfit(member: Member, facts: FieldFacts): string | undefined {
  const to = member.path.join('.')
  if (member.words) return `${to} is one of a list of words: name a \`table\``
  if (!member.value) return `${to} does not say what it can hold (x-value in the schema)`
  const { content, min, max } = facts
  // Read the other way: the element's texts must all be texts of the member.
  const misfit = misfitOf({ content, min, max }, { ...facts, ...member.value })
  return misfit && `element ${facts.path} (${content}) does not fit ${to} (${member.value.content})`
}

function wordMisfit(member: Member, word: string): string | undefined {
  const to = member.path.join('.')
  if (member.words) return member.words.includes(word) ? undefined : `${to} has no such word`
  return `${to} takes the host's own text, no table`
}

function putterOf(member: Member): Tell {
  const [first = '', second] = member.path
  if (first === 'checks' && second !== undefined) {
    return (findings, value) => {
      findings.checks ??= {}
      findings.checks[second] = value
    }
  }
  if (first === 'responseCode' || first === 'approvalCode') {
    return (findings, value) => {
      findings[first] = value
    }
  }
  return (findings, value) => {
    findings.details ??= {}
    findings.details[first] = value
  }
}

/** A part of the amount was approved: more than nothing, less than was asked for. */
function approvedAmount(
  { element, spec, path }: Placed<AnswerElementSpec>,
  facts: FieldFacts,
  { request, faults }: AnswerParts,
): Collect | undefined {
  for (const name of ['table', 'format', 'carry'] as const) {
    if (spec[name] !== undefined) faults.add([...path, name], 'means nothing for approvedAmount')
  }
  if (facts.content !== 'n') {
    faults.add([...path, 'to'], `an amount is digits (n), element ${element} is ${facts.content}`)
  }
  if (request.amountElement === undefined) {
    faults.add([...path, 'to'], 'the request has no element from request.amount.value')
    return undefined
  }
  const readApproved = readerAt(element)
  const readAsked = readerAt(request.amountElement)
  return (findings, { sent, answer, verdict }) => {
    if (verdict !== 'partial') return undefined
    const approved = readApproved(answer)
    if (typeof approved !== 'string') return mismatched(element, 'is missing')
    const asked = readAsked(sent)
    const minor = BigInt(approved)
    if (minor <= 0n || typeof asked !== 'string' || minor >= BigInt(asked)) {
      return mismatched(element, 'is no part of the amount asked for')
    }
    findings.approvedMinor = minor
    return undefined
  }
}
