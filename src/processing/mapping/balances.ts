import { type Balance, currencyByNumber, currencyOf } from '#domain'
import type { Composite, FieldFacts } from '#iso8583'
import type { AnswerParts } from './answer.ts'
import { mismatched } from './answer-rules.ts'
import { isComposite, readerAt } from './sources.ts'
import type { AnswerElementSpec, Placed } from './specification.ts'
import type { Collect } from './targets.ts'

/**
 * The facts of an element that tells balances: amounts that repeat, each with its type, its
 * currency and its sign, as DE54 has had them since 1987. Whatever else is a fault.
 */
export function balancesFacts(
  { element, path }: Placed<AnswerElementSpec>,
  { dialect, faults }: Pick<AnswerParts, 'dialect' | 'faults'>,
): FieldFacts | undefined {
  const facts = dialect.field(element)
  const parts = dialect.field(`${element}.1`)?.parts ?? []
  const names = new Set(parts.map((part) => part.path.split('.').at(-1) ?? ''))
  const isWhole = NEEDED.every((name) => names.has(name))
  const signed = dialect.field(`${element}.1.amount`)?.content === 'x+n'
  const strange = [...names].find((name) => ![...NEEDED, 'account'].includes(name))
  if (facts?.composite === 'repeated' && isWhole && signed && strange === undefined) return facts
  const reason = `element ${element} must repeat a part with type, currency and amount (x+n)`
  faults.add(path, strange === undefined ? reason : `${reason}, and there is ${strange} beside`)
  return undefined
}

const NEEDED = ['type', 'currency', 'amount']

/** Tell the amounts whose type the table has a word for; the others are no balances. */
export function compileBalances(
  { element, spec, path }: Placed<AnswerElementSpec>,
  { tables, faults }: AnswerParts,
): Collect | undefined {
  for (const name of ['format', 'carry'] as const) {
    if (spec[name] !== undefined) faults.add([...path, name], 'means nothing for balances')
  }
  if (spec.use === 'echoed') faults.add([...path, 'use'], 'balances are not echoed')
  const table = tables.get(spec.table ?? '')
  if (!table) {
    faults.add([...path, 'table'], 'balances need a table: what each type of amount is')
    return undefined
  }
  const types = new Map(Object.entries(table.spec.values))
  for (const [written, type] of types) {
    if (isType(type)) continue
    faults.add(['tables', table.name, 'values', written], 'is neither ledger nor available')
  }
  const read = readerAt(element)
  const strange = mismatched(element, 'has a currency that is none')
  return (findings, { answer }) => {
    const amounts = read(answer)
    if (amounts === undefined || !isComposite(amounts)) return undefined
    const balances: Balance[] = []
    for (const amount of Object.values(amounts)) {
      if (!isComposite(amount)) continue
      const type = types.get(textIn(amount, 'type'))
      if (!isType(type)) continue
      const balance = balanceOf(type, amount)
      if (balance === undefined) return strange
      balances.push(balance)
    }
    findings.balances = balances
    return undefined
  }
}

function isType(word: string | undefined): word is Balance['type'] {
  return word === 'ledger' || word === 'available'
}

/** C is what the cardholder has, D what the cardholder owes (1987 DE54). */
function balanceOf(type: Balance['type'], amount: Composite): Balance | undefined {
  const code = textIn(amount, 'currency')
  const currency = currencyByNumber(code) ?? currencyOf(code)
  if (currency === undefined) return undefined
  const signed = textIn(amount, 'amount')
  const minor = BigInt(signed.slice(1))
  return { type, amount: { minor: signed.startsWith('D') ? -minor : minor, currency } }
}

function textIn(composite: Composite, part: string): string {
  const value = composite[part]
  return typeof value === 'string' ? value : ''
}
