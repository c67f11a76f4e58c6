import { type Composite, type Dialect, type Message, SpecificationError } from '#iso8583'
import { bare, type Draft, type ReadText, readerAt, sameButFilling, writerAt } from '../elements.ts'
import type { MacDocument } from '../macs/mac-document.ts'
import {
  BALANCE_TYPES,
  type BalancesDocument,
  type BalanceType,
  CHECKS,
  type Check,
  type ChecksDocument,
  FOLLOW_UP_ELEMENTS,
  type FollowUpElement,
  type FollowUpsDocument,
  type OriginalDocument,
  PAYMENT_ELEMENTS,
  type PaymentElement,
  type PaymentsDocument,
  type PaymentType,
  type Reason,
} from './document.ts'
import { fits } from './element-reader.ts'
import { compileMessageRules, compileUnlistedRules, type MessageRules } from './message-rules.ts'
import { compileNetworkRules, type NetworkRules } from './network-rules.ts'
import { compileOwnValues, type TellOwn } from './own-values.ts'
import { readConductDocument } from './read-conduct.ts'

/**
 * How a host conducts itself, beside reading and writing its dialect: which messages it knows,
 * which element carries what, and what it answers for which reason.
 */
export interface Conduct {
  /** The currency that accounts are kept in, as messages have it; undefined for any. */
  readonly accountCurrency: string | undefined
  /** The response code for each reason. */
  readonly codes: Readonly<Record<Reason, string>>
  readonly network: NetworkRules
  /** How messages are authenticated; undefined where they are not. */
  readonly mac: MacDocument | undefined
  /** The rules for a request, by its type and, where payments share one, by its elements. */
  rulesFor(request: Message): PaymentRules | FollowUpRules | NetworkRules | UnlistedRules
  /** Whether the host's messages have room for a response code. */
  hasRoomFor(responseCode: string): boolean
}

export interface PaymentRules extends MessageRules {
  readonly kind: 'payment'
  readonly read: Readonly<Record<PaymentElement, ReadText>>
  /** What names a payment among all. */
  identityOf(fields: Composite): string
  typeOf(mti: string): PaymentType
  /** Whether each element has a value that the host supports. */
  supports(fields: Composite): boolean
  /** Where an increment or a refund names its original. */
  readonly original: OriginalRules | undefined
  readonly tellOwn: TellOwn
  tellChecks(fields: Draft, results: CheckResults): void
  /** Tell what the account holds, where the host does. */
  tellBalances(fields: Draft, account: Account): void
  readonly write: Readonly<Record<'stan' | 'amount' | 'responseCode', Write>>
}

/** What an account holds, in minor units of its currency as messages have that. */
export type Account = Readonly<Record<BalanceType, bigint>> & { readonly currency: string }

type Write = (fields: Draft, value: string) => void

/** What the checks that a payment asked for have found, in the words of CHECK_WORDS. */
export type CheckResults = { readonly [Name in Check]?: string }

/** Where a message names the one that it follows. */
export interface OriginalRules {
  readonly readOriginalType: ReadText
  /** What {@link PaymentRules.identityOf} says of the original. */
  originalOf(fields: Composite): string
  /** Whether a message says all that names an original. */
  namesOne(fields: Composite): boolean
}

/** Rules for messages that follow a payment and name it. */
export interface FollowUpRules extends MessageRules, OriginalRules {
  readonly kind: 'reversal' | 'capture'
  readonly read: Readonly<Record<FollowUpElement, ReadText>>
  readonly tellOwn: TellOwn
}

export interface UnlistedRules extends MessageRules {
  readonly kind: 'unlisted'
}

/** A conduct that cannot be used, or cannot be derived: everything that is wrong with it. */
export class ConductError extends SpecificationError {
  override readonly name = 'ConductError'
  readonly code = 'CONDUCT_INVALID'
}

/**
 * Check a conduct document (specs/conduct.schema.json) against its host's dialect, and compile it.
 *
 * @throws ConductError with every fault
 */
export function compileConduct(document: unknown, dialect: Dialect): Conduct {
  const { conduct, faults } = readConductDocument(document, dialect)
  if (faults.length > 0) throw new ConductError(faults)
  const { accountCurrency, captures, mac, network, payments, responseCodes, reversals } = conduct
  const networkRules = compileNetworkRules(network, dialect)
  const codeElement = payments[0]?.answer.responseCode ?? ''
  const codeFacts = dialect.field(codeElement)
  return Object.freeze({
    accountCurrency,
    codes: responseCodes,
    network: networkRules,
    mac,
    rulesFor: compileDispatch({
      payments: payments.flatMap((it) =>
        typed(it, compilePaymentRules(it, conduct.identity, dialect)),
      ),
      others: new Map<string, FollowUpRules | NetworkRules>([
        ...typed(reversals, compileFollowUpRules('reversal', reversals, dialect)),
        ...(captures ? typed(captures, compileFollowUpRules('capture', captures, dialect)) : []),
        ...typed(network, networkRules),
      ]),
      unlisted: {
        kind: 'unlisted',
        ...compileUnlistedRules([...payments, network], codeElement),
      },
    }),
    hasRoomFor: (code: string) => codeFacts !== undefined && fits(code, codeFacts),
  })
}

/** Rules by the type of the request that they are for. */
type Typed<Rules> = readonly (readonly [type: string, rules: Rules])[]

function typed<Rules>(
  { types }: { readonly types: readonly { readonly request: string }[] },
  rules: Rules,
): Typed<Rules> {
  return types.map(({ request }) => [request, rules])
}

interface Dispatch {
  /** In the order of the document. */
  readonly payments: Typed<PaymentRules>
  readonly others: ReadonlyMap<string, FollowUpRules | NetworkRules>
  readonly unlisted: UnlistedRules
}

function compileDispatch({ payments, others, unlisted }: Dispatch): Conduct['rulesFor'] {
  const byType = Map.groupBy(payments, ([type]) => type)
  return ({ mti, fields }) => {
    const kinds = byType.get(mti)
    if (kinds === undefined) return others.get(mti) ?? unlisted
    const [, rules] = kinds.length === 1 ? (kinds[0] ?? []) : (kindOf(fields, kinds) ?? [])
    return rules ?? unlisted
  }
}

/** A message that names an original is of a kind that does; else what supports it, if any does. */
function kindOf(
  fields: Composite,
  kinds: Typed<PaymentRules>,
): Typed<PaymentRules>[number] | undefined {
  const supporting = kinds.filter(([, it]) => it.supports(fields))
  const fitting = supporting.find(([, { original }]) => original?.namesOne(fields) ?? false)
  const plain = supporting.find(([, { original }]) => original === undefined)
  return fitting ?? plain ?? supporting[0] ?? kinds[0]
}

function compilePaymentRules(
  document: PaymentsDocument,
  identity: readonly string[],
  dialect: Dialect,
): PaymentRules {
  const { answer, elements } = document
  const types = new Map(document.types.map((type) => [type.request, type]))
  return {
    kind: 'payment',
    ...compileMessageRules(document, answer.responseCode),
    read: readersOf(PAYMENT_ELEMENTS, elements),
    identityOf: compileIdentity(identity),
    typeOf(mti) {
      const type = types.get(mti)
      if (type === undefined) throw new TypeError('the payment is of another kind')
      return type
    },
    supports: compileSupports(document.supported),
    original: document.original && compileOriginal(document.original),
    tellOwn: compileOwnValues(answer, dialect),
    tellChecks: compileChecks(answer.checks),
    tellBalances: compileBalances(answer.balances),
    write: {
      stan: writerAt(elements.stan),
      amount: writerAt(elements.amount),
      responseCode: writerAt(answer.responseCode),
    },
  }
}

function compileFollowUpRules(
  kind: FollowUpRules['kind'],
  document: FollowUpsDocument,
  dialect: Dialect,
): FollowUpRules {
  const { answer, elements, original } = document
  return {
    kind,
    ...compileMessageRules(document, answer.responseCode),
    read: readersOf(FOLLOW_UP_ELEMENTS, elements),
    ...compileOriginal(original),
    tellOwn: compileOwnValues(answer, dialect),
  }
}

function compileOriginal({ type, identity }: OriginalDocument): OriginalRules {
  const readers = identity.map(readerAt)
  return {
    readOriginalType: readerAt(type),
    originalOf: compileIdentity(identity),
    namesOne: (fields) => readers.every((read) => read(fields) !== ''),
  }
}

function readersOf<Name extends string>(
  names: readonly Name[],
  elements: { readonly [Element in Name]?: string },
): Readonly<Record<Name, ReadText>> {
  const entries = names.map((name) => [name, readerAt(elements[name])])
  return Object.fromEntries(entries) as Record<Name, ReadText>
}

/** What the elements hold, without their filling: DE90 fills what DE32 does not. */
function compileIdentity(paths: readonly string[]): (fields: Composite) => string {
  const readers = paths.map(readerAt)
  return (fields) => {
    let identity = ''
    for (const read of readers) identity += `${bare(read(fields))}-`
    return identity.slice(0, -1)
  }
}

function compileSupports(supported: PaymentsDocument['supported']): (fields: Composite) => boolean {
  const tests = Object.entries(supported).map(([path, values]) => [readerAt(path), values] as const)
  return (fields) => {
    for (const [read, values] of tests) {
      const value = read(fields)
      if (!values.some((it) => sameButFilling(it, value))) return false
    }
    return true
  }
}

function compileChecks(checks: ChecksDocument): PaymentRules['tellChecks'] {
  const writers = CHECKS.flatMap((name) => {
    const check = checks[name]
    return check ? [{ name, write: writerAt(check.element), values: check.values }] : []
  })
  return (fields, results) => {
    for (const { name, write, values } of writers) {
      const written = values[results[name] ?? '']
      if (written !== undefined) write(fields, written)
    }
  }
}

/** One amount after the other: a sign, which is D for what is owed, and twelve digits. */
function compileBalances(balances: BalancesDocument | undefined): PaymentRules['tellBalances'] {
  if (balances === undefined) return () => {}
  const { account, element, types } = balances
  const write = writerAt(element)
  return (fields, { currency, ...minors }) => {
    const amounts = BALANCE_TYPES.flatMap((name) => {
      const type = types[name]
      if (type === undefined) return []
      return [{ ...(account ? { account } : {}), type, currency, amount: signed(minors[name]) }]
    })
    write(fields, Object.fromEntries(amounts.map((amount, at) => [String(at + 1), amount])))
  }
}

function signed(minor: bigint): string {
  const [sign, absolute] = minor < 0n ? ['D', -minor] : ['C', minor]
  return `${sign}${absolute.toString().padStart(12, '0')}`
}
