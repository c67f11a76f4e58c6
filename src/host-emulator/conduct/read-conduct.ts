import { type Dialect, documentPlace, type SpecFault } from '#iso8583'
import { createDocumentReader, type DocumentReader } from '../document-reader.ts'
import { macDocumentOf } from '../macs/mac-document.ts'
import {
  BALANCE_TYPES,
  type BalancesDocument,
  type CapturesDocument,
  CHECK_WORDS,
  CHECKS,
  type Check,
  type CheckDocument,
  type ChecksDocument,
  type ConductDocument,
  FOLLOW_UP_ELEMENTS,
  type FollowUpsDocument,
  type MessageType,
  type OriginalDocument,
  PAYMENT_EFFECTS,
  PAYMENT_ELEMENTS,
  type PaymentAnswerDocument,
  type PaymentElement,
  type PaymentsDocument,
  REASONS,
  type Reason,
} from './document.ts'
import { createElementReader, type ElementReader } from './element-reader.ts'
import { answerOf, MESSAGES, messagesOf, messageType, toldOf } from './read-messages.ts'
import { networkOf } from './read-network.ts'

/**
 * Read a conduct document (specs/conduct.schema.json): its form, and whether the host's dialect has
 * every element named and room for every value. The document is whole when there are no faults.
 */
export function readConductDocument(
  document: unknown,
  dialect: Dialect,
): { readonly conduct: ConductDocument; readonly faults: readonly SpecFault[] } {
  const faults: SpecFault[] = []
  const read = createDocumentReader(documentPlace(document, faults))
  const elements = createElementReader(dialect)
  read.onlyMembers([
    '$schema',
    'accountCurrency',
    'identity',
    'payments',
    'reversals',
    'captures',
    'network',
    'mac',
    'responseCodes',
  ])
  const accountCurrency = read.optional('accountCurrency', /^([0-9]{3}|[A-Z]{3})$/)
  const identity = elements.textElements(read, 'identity')
  if (identity.length === 0) read.refuse('identity', 'must name an element')
  const payments = read.list('payments', (it) => paymentsOf(it, elements))
  if (payments.length === 0) read.refuse('payments', 'must have a kind of payment')
  const reversals = followUpsOf(read.object('reversals'), elements)
  const captures = read.has('captures') ? capturesOf(read.object('captures'), elements) : undefined
  const followUps = { reversals, ...(captures ? { captures } : {}) }
  const naming = [
    ...Object.entries(followUps).map(([name, { original }]) => ({ path: [name], original })),
    ...payments.map(({ original }, at) => ({ path: ['payments', at], original })),
  ]
  for (const { path, original } of naming) {
    if (original === undefined || original.identity.length === identity.length) continue
    const reason = 'must name an element for each of `identity`, in its order'
    faults.push({ path: [...path, 'original', 'identity'], reason })
  }
  const network = networkOf(read.object('network'), elements)
  const mac = read.has('mac') ? macDocumentOf(read.object('mac'), elements) : undefined
  const answering = [...payments, ...Object.values(followUps)]
  const codeElements = answering.map(({ answer }) => answer.responseCode)
  const responseCodes = codesOf(read.object('responseCodes'), codeElements, elements)
  faults.push(...sharedTypes(payments, { ...followUps, network }))
  return {
    conduct: {
      ...(accountCurrency === undefined ? {} : { accountCurrency }),
      ...(mac === undefined ? {} : { mac }),
      ...{ identity, payments, ...followUps, network, responseCodes },
    },
    faults,
  }
}

function paymentsOf(read: DocumentReader, elements: ElementReader): PaymentsDocument {
  read.onlyMembers([...MESSAGES, 'supported', 'elements', 'original', 'answer'])
  const types = read.list('types', (it) => {
    it.onlyMembers(['request', 'answer', 'effect', 'partialApprovals'])
    const word = it.text('effect', /^(hold|post|increase|refund|none)$/)
    const effect = PAYMENT_EFFECTS.find((known) => known === word) ?? 'post'
    const partialApprovals = it.text('partialApprovals', /^(true|false)$/) === 'true'
    return { ...messageType(it), effect, partialApprovals } as const
  })
  const carriers = read.object('elements')
  carriers.onlyMembers(PAYMENT_ELEMENTS)
  const {
    pan = '',
    amount = '',
    stan = '',
    ...others
  } = elements.carriers<PaymentElement>(carriers)
  for (const [name, path] of Object.entries({ pan, amount, stan })) {
    if (path === '' && !carriers.has(name)) carriers.refuse(name, 'is missing')
    else elements.checkDigits(carriers, name, path)
  }
  return {
    types,
    ...messagesOf(read, elements),
    supported: supportedOf(read.objectIfAny('supported'), elements),
    elements: { pan, amount, stan, ...others },
    ...namedOriginal(read, types, elements),
    answer: paymentAnswerOf(read.object('answer'), elements),
  }
}

/** What follows another payment up must say where it names it. */
function namedOriginal(
  read: DocumentReader,
  types: PaymentsDocument['types'],
  elements: ElementReader,
): Pick<PaymentsDocument, 'original'> {
  const follows = types.some(({ effect }) => effect === 'increase' || effect === 'refund')
  if (follows || read.has('original')) {
    return { original: originalOf(read.object('original'), elements) }
  }
  return {}
}

function originalOf(read: DocumentReader, elements: ElementReader): OriginalDocument {
  read.onlyMembers(['type', 'identity'])
  return {
    ...(read.has('type') ? { type: elements.textElement(read, 'type') } : {}),
    identity: elements.textElements(read, 'identity'),
  }
}

function supportedOf(read: DocumentReader, elements: ElementReader): PaymentsDocument['supported'] {
  const supported: Record<string, readonly string[]> = {}
  for (const element of read.members()) {
    supported[element] = read.texts(element)
    elements.check(read, element, element, supported[element])
  }
  return supported
}

function paymentAnswerOf(read: DocumentReader, elements: ElementReader): PaymentAnswerDocument {
  const inAnswer = ['responseCode', 'dates', 'references', 'approvedAmount', 'approvalCode']
  read.onlyMembers([...inAnswer, 'checks', 'balances'])
  const told = (name: 'approvedAmount' | 'approvalCode') =>
    read.has(name) ? { [name]: toldOf(read.object(name), elements) } : {}
  return {
    ...answerOf(read, elements),
    ...told('approvedAmount'),
    ...told('approvalCode'),
    checks: checksOf(read.objectIfAny('checks'), elements),
    ...(read.has('balances') ? { balances: balancesOf(read.object('balances'), elements) } : {}),
  }
}

function balancesOf(read: DocumentReader, elements: ElementReader): BalancesDocument {
  read.onlyMembers(['element', 'account', 'types'])
  const element = elements.amountsElement(read, 'element')
  const first = (part: string) => (element === '' ? '' : `${element}.1.${part}`)
  const value = (of: DocumentReader, member: string, part: string) =>
    of.has(member) ? { [member]: elements.value(of, member, [first(part)]) } : {}
  const types = read.object('types')
  types.onlyMembers(BALANCE_TYPES)
  return {
    element,
    ...value(read, 'account', 'account'),
    types: Object.assign({}, ...BALANCE_TYPES.map((type) => value(types, type, 'type'))),
  }
}

function checksOf(read: DocumentReader, elements: ElementReader): ChecksDocument {
  read.onlyMembers(CHECKS)
  const checks: { [Name in Check]?: CheckDocument } = {}
  for (const name of CHECKS) {
    if (!read.has(name)) continue
    const check = read.object(name)
    check.onlyMembers(['element', 'values'])
    const element = elements.textElement(check, 'element')
    const values = check.object('values')
    values.onlyMembers(CHECK_WORDS[name])
    const words = values.members().map((word) => [word, elements.value(values, word, [element])])
    checks[name] = { element, values: Object.fromEntries(words) }
  }
  return checks
}

function capturesOf(read: DocumentReader, elements: ElementReader): CapturesDocument {
  const captures = followUpsOf(read, elements)
  const carriers = read.object('elements')
  const { amount = '' } = captures.elements
  if (carriers.has('amount')) elements.checkDigits(carriers, 'amount', amount)
  else carriers.refuse('amount', 'is missing')
  return { ...captures, elements: { ...captures.elements, amount } }
}

function followUpsOf(read: DocumentReader, elements: ElementReader): FollowUpsDocument {
  read.onlyMembers([...MESSAGES, 'elements', 'original', 'answer'])
  const carriers = read.object('elements')
  carriers.onlyMembers(FOLLOW_UP_ELEMENTS)
  const answer = read.object('answer')
  answer.onlyMembers(['responseCode', 'dates', 'references'])
  return {
    types: read.list('types', messageType),
    ...messagesOf(read, elements),
    elements: elements.carriers(carriers),
    original: originalOf(read.object('original'), elements),
    answer: answerOf(answer, elements),
  }
}

function codesOf(
  read: DocumentReader,
  codeElements: readonly string[],
  elements: ElementReader,
): ConductDocument['responseCodes'] {
  read.onlyMembers(REASONS)
  const entries = REASONS.map((reason) => [reason, elements.value(read, reason, codeElements)])
  return Object.fromEntries(entries) as Record<Reason, string>
}

/**
 * A message type says which kind a message is. Kinds of payment may share one when an element has
 * other values in one than in the other, or when one alone names an original.
 */
function sharedTypes(
  payments: readonly PaymentsDocument[],
  others: Readonly<Record<string, { readonly types: readonly MessageType[] }>>,
): SpecFault[] {
  const kinds = [
    ...payments.map((it, at) => ({ path: ['payments', at], ...it })),
    ...Object.entries(others).map(([path, { types }]) => ({ path: [path], types, supported: {} })),
  ]
  return kinds.flatMap(({ path, ...one }, place) =>
    one.types.flatMap(({ request }, at) => {
      const earlier = kinds.slice(0, place).filter((kind) => hasType(kind.types, request))
      if (earlier.every((other) => areToldApart(one, other))) return []
      const reason = `${request} is the type of another kind of message as well`
      return [{ path: [...path, 'types', at], reason }]
    }),
  )
}

function hasType(types: readonly MessageType[], request: string): boolean {
  return types.some((type) => type.request === request)
}

type Telling = Pick<PaymentsDocument, 'supported' | 'original'>

function areToldApart(one: Telling, other: Telling): boolean {
  if ((one.original === undefined) !== (other.original === undefined)) return true
  return Object.entries(one.supported).some(
    ([element, values]) =>
      other.supported[element]?.every((value) => !values.includes(value)) === true,
  )
}
