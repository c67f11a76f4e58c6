import type { CardFindings, HostFindings } from '#domain'
import type { Composite, Dialect, FieldFacts, FieldValue, Message } from '#iso8583'
import type { Member } from '../messages/members.ts'
import { type Mismatch, mismatched, type Rule, ruleOf } from './answer-rules.ts'
import { balancesFacts } from './balances.ts'
import { textMisfit } from './content-class.ts'
import { leafFacts } from './leaf-facts.ts'
import { type Nested, nestedAt } from './nested.ts'
import type { RequestWriter } from './request.ts'
import { readerAt } from './sources.ts'
import type { AnswerElementSpec, Faults, MappingSpec, Placed, Verdict } from './specification.ts'
import type { Table } from './tables.ts'
import { type Collect, compileTarget, type Findings } from './targets.ts'

/** What the host's answer to a message says, or where it cannot be an answer to that message. */
export type AnswerReading =
  | {
      readonly kind: 'verdict'
      readonly verdict: Verdict
      readonly findings: HostFindings & CardFindings
    }
  | Mismatch

/** One kind of answer, compiled. */
export interface AnswerReader {
  /** Elements that an answer can have, and those of them that it always repeats. */
  readonly elements: ReadonlySet<string>
  readonly echoed: ReadonlySet<string>
  /** Elements that later messages of the payment bring along; those that every approval has. */
  readonly carried: ReadonlySet<string>
  readonly carriedOnApproval: ReadonlySet<string>
  read(sent: Message, answer: Message): AnswerReading
}

/** What the elements of an answer are compiled against. */
export interface AnswerParts {
  readonly spec: MappingSpec
  readonly dialect: Dialect
  readonly tables: ReadonlyMap<string, Table>
  readonly faults: Faults
  /** What merchants are told, and its members. */
  readonly answerKind: 'payment.answer' | 'card.inquiry.answer'
  readonly members: ReadonlyMap<string, Member>
  readonly request: RequestWriter
  readonly verdicts: ReadonlyMap<string, Verdict>
}

export function compileAnswer(
  { mti, path }: { readonly mti: string; readonly path: readonly string[] },
  elements: readonly Placed<AnswerElementSpec>[],
  parts: AnswerParts,
): AnswerReader {
  const known = elements.flatMap((placed): readonly Known[] => {
    const telling = placed.spec.to === 'balances'
    const facts = telling ? balancesFacts(placed, parts) : leafFacts(placed, parts)
    return facts ? [{ placed, facts }] : []
  })
  const used = known.filter(({ placed }) => placed.spec.use !== 'forbidden')
  const rules = known.flatMap(({ placed, facts }) => ruleOf(placed, facts, parts) ?? [])
  const collects = used.flatMap(({ placed, facts }) => compileTarget(placed, facts, parts) ?? [])
  const codes = used.filter(({ placed }) => placed.spec.to === 'responseCode')
  const code = codes[0]
  if (!code || codes.length > 1) {
    parts.faults.add(path, 'exactly one element must go `to` responseCode')
  } else {
    checkCode(code, parts)
  }
  const carrying = used.filter(({ placed }) => placed.spec.carry)
  const carried = carrying.map(({ placed }) => placed.element)
  const echoed = used.filter(({ placed: { spec } }) => spec.use === 'echoed' && !spec.unlessVerdict)
  const listed = treeOf(used.flatMap((it) => pathsOf(it, parts.dialect)))
  const strict = parts.spec.unlistedAnswerElements !== 'ignored'
  const read = compileReading({
    mti,
    rules,
    collects,
    code: code?.placed.element ?? '',
    verdicts: parts.verdicts,
    ...(strict ? { listed } : {}),
  })
  return {
    elements: new Set(used.map((it) => it.placed.element)),
    echoed: new Set(echoed.map((it) => it.placed.element)),
    carried: new Set(carried),
    carriedOnApproval: new Set(carrying.filter(isOnApproval).map(({ placed }) => placed.element)),
    read,
  }
}

function isOnApproval({ placed: { spec } }: Known): boolean {
  const { use, unlessVerdict = [] } = spec
  return use === 'mandatory' && !APPROVALS.some((verdict) => unlessVerdict.includes(verdict))
}

const APPROVALS = ['approved', 'partial'] as const

/** The meaning of each response code, once and for all kinds of message. */
export function verdictsOf(spec: MappingSpec, faults: Faults): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>()
  for (const verdict of VERDICTS) {
    for (const [index, code] of spec.responseCodes[verdict].entries()) {
      const earlier = verdicts.get(code)
      if (earlier) {
        faults.add(['responseCodes', verdict, index], `code ${code} is listed as ${earlier} before`)
      } else verdicts.set(code, verdict)
    }
  }
  return verdicts
}

const VERDICTS = ['approved', 'partial', 'declined', 'unknown'] as const

interface Known {
  readonly placed: Placed<AnswerElementSpec>
  readonly facts: FieldFacts
}

function checkCode({ placed, facts }: Known, { spec, faults }: AnswerParts): void {
  const { use, table, unlessVerdict } = placed.spec
  if (use !== 'mandatory' || unlessVerdict || table !== undefined) {
    faults.add(placed.path, 'the response code is mandatory, always, and has no table')
  }
  for (const verdict of VERDICTS) {
    for (const [index, text] of spec.responseCodes[verdict].entries()) {
      const misfit = textMisfit(text, facts)
      if (misfit) faults.add(['responseCodes', verdict, index], misfit)
    }
  }
  for (const [index, text] of (spec.originalNotFound ?? []).entries()) {
    const misfit = textMisfit(text, facts)
    if (misfit) faults.add(['originalNotFound', index], misfit)
  }
}

interface Reading {
  readonly mti: string
  readonly rules: readonly Rule[]
  readonly collects: readonly Collect[]
  readonly code: string
  readonly verdicts: ReadonlyMap<string, Verdict>
  readonly listed?: Tree
}

/** First whether it is an answer to this message at all, then what it says. */
function compileReading(reading: Reading): AnswerReader['read'] {
  const { mti, rules, collects, verdicts, listed } = reading
  const readCode = readerAt(reading.code)
  return (sent, answer) => {
    if (answer.mti !== mti) return mismatched('mti', 'is not the answer to what was sent')
    const code = readCode(answer.fields)
    if (typeof code !== 'string') return mismatched(reading.code, 'is missing')
    const verdict = verdicts.get(code) ?? 'unknown'
    for (const rule of rules) {
      const mismatch = rule(sent.fields, answer.fields, verdict)
      if (mismatch) return mismatch
    }
    const stranger = listed && strangerIn(answer.fields, listed)
    if (stranger !== undefined) return mismatched(stranger, 'must not be there')
    const findings: Findings = {}
    for (const collect of collects) {
      const mismatch = collect(findings, { sent: sent.fields, answer: answer.fields, verdict })
      if (mismatch) return mismatch
    }
    return { kind: 'verdict', verdict, findings }
  }
}

/** The paths of an element's texts; what repeats has them at each place. */
function pathsOf({ placed: { element }, facts }: Known, dialect: Dialect): readonly string[] {
  if (facts.composite !== 'repeated') return [element]
  const paths: string[] = []
  for (let place = 1; dialect.field(`${element}.${place}`) !== undefined; place++) {
    const parts = dialect.field(`${element}.${place}`)?.parts ?? []
    paths.push(...parts.map(({ path }) => path))
  }
  return paths
}

/** Elements that an answer may have; parts below their composite. */
type Tree = Nested<never>

function treeOf(elements: readonly string[]): Tree {
  const tree: Tree = {}
  for (const element of elements) nestedAt(tree, element.split('.'))
  return tree
}

function strangerIn(fields: Composite, listed: Tree): string | undefined {
  for (const part in fields) {
    const below = listed[part]
    if (!below) return part
    const value: FieldValue | undefined = fields[part]
    if (value === undefined || typeof value === 'string') continue
    const stranger = strangerIn(value, below)
    if (stranger !== undefined) return `${part}.${stranger}`
  }
  return undefined
}
