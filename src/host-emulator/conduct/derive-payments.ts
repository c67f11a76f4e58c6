import type { Dialect, SpecFault } from '#iso8583'
import {
  type AnswerVerdict,
  BALANCE_TYPES,
  CHECK_WORDS,
  CHECKS,
  type Check,
  type CheckDocument,
  PAYMENT_ELEMENTS,
  type PaymentAnswerDocument,
  type PaymentElement,
  type PaymentsDocument,
  type PaymentType,
  type Told,
  VERDICTS,
} from './document.ts'
import { dateLayoutOf } from './element-reader.ts'
import type { AnswerElement, MappingDocument, MessageMapping } from './mapping-document.ts'

/** What a conduct is derived from, and where what cannot be is noted. */
export interface Derivation {
  readonly mapping: MappingDocument
  readonly dialect: Dialect
  readonly faults: SpecFault[]
}

type PaymentDerivation = Derivation &
  Pick<PaymentType, 'effect' | 'partialApprovals'> & {
    /** What it can follow up; none, when it follows up nothing. */
    readonly originals?: readonly PaymentsDocument[]
  }

/** Derive what a host does with one kind of payment. */
export function derivePayments(
  message: MessageMapping,
  parts: PaymentDerivation,
): PaymentsDocument {
  const { mti, answerMti, answer } = message
  const approvedAmount = toldAs('approvedAmount', answer, ['partial'])
  const { effect } = parts
  const partialApprovals = parts.partialApprovals && approvedAmount.approvedAmount !== undefined
  return {
    types: [{ request: mti, answer: answerMti, effect, partialApprovals }],
    supported: constantsOf(message),
    ...usesOf(message),
    elements: carriersOf(message, parts),
    answer: {
      ...deriveAnswer(message, parts),
      ...approvedAmount,
      ...toldAs('approvalCode', answer, ['approved', 'partial']),
      checks: checksOf(message, parts),
      ...balancesOf(message, parts),
    },
  }
}

/** What a request must and may have, and what its answer echoes. */
export function usesOf({ request, answer }: MessageMapping) {
  const used = <T extends { readonly use: string }>(of: ReadonlyMap<string, T>, use: string) =>
    [...of].filter(([, element]) => element.use === use).map(([path]) => path)
  return {
    mandatory: used(request, 'mandatory'),
    conditional: used(request, 'conditional'),
    otherElements: 'refused' as const,
    echoed: used(answer, 'echoed'),
  }
}

/** The element of a request that is written from one of these sources. */
export function carrierOf(
  { request }: MessageMapping,
  sources: readonly string[],
): string | undefined {
  return [...request].find(([, { from }]) => from !== undefined && sources.includes(from))?.[0]
}

/** What every request states alike is what the host supports. */
function constantsOf({ request }: MessageMapping): PaymentsDocument['supported'] {
  const constants = [...request].flatMap(([path, { use, value }]) =>
    use === 'mandatory' && value !== undefined ? [[path, [value]] as const] : [],
  )
  return Object.fromEntries(constants)
}

type CarriedElement = Exclude<PaymentElement, 'approvalCode'>

const SOURCES: Readonly<Record<CarriedElement, readonly string[]>> = {
  pan: ['request.card.pan'],
  amount: ['request.amount.value', 'increment.amount', 'refund.amount'],
  stan: ['exchange.stan'],
  currency: ['request.amount.currency', 'request.currency'],
  expiry: ['request.card.expiry'],
  transmissionTime: ['exchange.transmittedAt', 'exchange.utc'],
  rrn: ['exchange.rrn'],
  terminal: ['exchange.terminal'],
  cvv2: ['request.card.cvv2'],
  cavv: ['request.threeDS.cavv'],
  pinBlock: ['pin.block'],
  street: ['request.address.street'],
  postalCode: ['request.address.postcode'],
}

function carriersOf(
  message: MessageMapping,
  { effect, faults, mapping, originals = [] }: PaymentDerivation,
): PaymentsDocument['elements'] {
  const carriers: Partial<Record<PaymentElement, string>> = {}
  for (const name of PAYMENT_ELEMENTS) {
    // The emulated host reads PINs of format 0 alone.
    if (name === 'pinBlock' && mapping.pinFormat !== 'iso-0') continue
    const path = carrierOf(message, sourcesOf(name, originals))
    if (path !== undefined) carriers[name] = path
  }
  // What only asks has no amount; where there is room for one it says nothing but zeros.
  const none = effect === 'none' ? carrierOf(mapping.authorize, SOURCES.amount) : undefined
  const { pan = '', amount = none ?? '', stan = '' } = carriers
  for (const [name, path] of Object.entries({ pan, amount, stan } as const)) {
    if (path !== '') continue
    const source = SOURCES[name as 'pan' | 'amount' | 'stan'].join(' or ')
    const reason = `needs an element from ${source}: without it the emulator judges no payment`
    faults.push({ path: [...message.path, 'request'], reason })
  }
  return { ...carriers, pan, amount, stan }
}

/** What follows a payment up takes over from it what it does not say anew. */
function sourcesOf(name: PaymentElement, originals: readonly PaymentsDocument[]): string[] {
  if (name === 'approvalCode') {
    return originals.flatMap(({ answer: { approvalCode } }) =>
      approvalCode === undefined ? [] : [`carried.${approvalCode.element}`],
    )
  }
  const kept = originals.flatMap(({ elements }) => elements[name] ?? [])
  return [...SOURCES[name], ...kept.map((element) => `original.${element}`)]
}

/** The code, and what a host fills that nobody echoes: dates by their layout, else a reference. */
export function deriveAnswer(
  message: MessageMapping,
  parts: Derivation,
): Pick<PaymentAnswerDocument, 'responseCode' | 'dates' | 'references'> {
  const { dialect, faults } = parts
  const dates: Told[] = []
  const references: (Told & { readonly prefix: string })[] = []
  for (const [element, spec] of message.answer) {
    const facts = dialect.field(element)
    if (facts === undefined || !isFilled(spec)) continue
    const told = { element, on: verdictsOf(spec, ['approved', 'partial']) }
    if (spec.to !== 'networkReference' && dateLayoutOf(facts) !== undefined) dates.push(told)
    else if (REFERENCE_CONTENT.has(facts.content)) references.push({ ...told, prefix: '' })
    else {
      const reason = `is filled by the host (${facts.content}), and nothing here says with what`
      faults.push({ path: [...message.path, 'answer', element], reason })
    }
  }
  return { responseCode: responseCodeOf(message, parts), dates, references }
}

/** Whether it is the host's to fill, by something that has no rule of its own here. */
function isFilled({ to = '', use }: AnswerElement): boolean {
  if (use === 'echoed' || OTHERWISE_FILLED.test(to)) return false
  return use === 'mandatory' || to === 'settlementDate' || to === 'networkReference'
}

const REFERENCE_CONTENT = new Set(['n', 'an', 'anp', 'ns', 'ans'])

const OTHERWISE_FILLED = /^(responseCode|approvedAmount|approvalCode|checks\..*|balances)$/

function responseCodeOf({ answer, path }: MessageMapping, { dialect, faults }: Derivation): string {
  const element = [...answer].find(([, { to }]) => to === 'responseCode')?.[0] ?? ''
  if (dialect.field(element) === undefined) {
    const reason = 'needs an element of the dialect that goes `to` responseCode'
    faults.push({ path: [...path, 'answer'], reason })
  }
  return element
}

/** With which verdicts the host fills an element: where it must, or where that is usual. */
function verdictsOf(spec: AnswerElement, usual: readonly AnswerVerdict[]): Told['on'] {
  if (spec.use !== 'mandatory') return usual
  return VERDICTS.filter((verdict) => !spec.unlessVerdict.includes(verdict))
}

function toldAs(
  name: 'approvedAmount' | 'approvalCode',
  answer: MessageMapping['answer'],
  usual: readonly AnswerVerdict[],
): Partial<Record<typeof name, Told>> {
  const found = [...answer].find(([, { to }]) => to === name)
  if (found === undefined) return {}
  const [element, spec] = found
  return { [name]: { element, on: verdictsOf(spec, usual) } }
}

function checksOf(
  message: MessageMapping,
  { faults, mapping }: Derivation,
): PaymentAnswerDocument['checks'] {
  const checks: { [Name in Check]?: CheckDocument } = {}
  for (const [element, { to, table, use }] of message.answer) {
    const name = CHECKS.find((check) => to === `checks.${check}`)
    if (name === undefined) continue
    if (use === 'mandatory') {
      const reason = 'must be conditional: the result of a check is told when it was asked for'
      faults.push({ path: [...message.path, 'answer', element], reason })
    }
    const words = Object.entries(mapping.tables.get(table ?? '') ?? {})
    const values = CHECK_WORDS[name].flatMap((word) => {
      const written = words.find(([, meaning]) => meaning === word)?.[0]
      return written === undefined ? [] : [[word, written] as const]
    })
    checks[name] = { element, values: Object.fromEntries(values) }
  }
  return checks
}

function balancesOf(
  { answer }: MessageMapping,
  { dialect, mapping }: Derivation,
): Pick<PaymentAnswerDocument, 'balances'> {
  const [element, spec] = [...answer].find(([, { to }]) => to === 'balances') ?? []
  if (element === undefined) return {}
  const words = Object.entries(mapping.tables.get(spec?.table ?? '') ?? {})
  const types = BALANCE_TYPES.flatMap((type) => {
    const written = words.find(([, meaning]) => meaning === type)?.[0]
    return written === undefined ? [] : [[type, written] as const]
  })
  const hasAccount = dialect.field(`${element}.1.account`) !== undefined
  const account = hasAccount ? { account: DEFAULT_ACCOUNT } : {}
  return { balances: { element, ...account, types: Object.fromEntries(types) } }
}

/** 1987 DE54 and DE3. */
const DEFAULT_ACCOUNT = '00'
