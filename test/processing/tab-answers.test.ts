import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { currencyOf, type Tab, type TabItem, type TabReceipt } from '#domain'
import { defaultEnvelopeLimits } from '#envelope'
import { chargeAnswer, itemRefundAnswer, tabAnswer } from '#processing'
import { schemas } from './meridian.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true })
for (const schema of Object.values(schemas)) ajv.addSchema(schema)

const usd = currencyOf('USD')
if (usd === undefined) throw new Error('ISO 4217 has US dollars')

const NOW_MS = Date.UTC(2026, 10, 24, 10)
const asked = { requestId: 'ask-1', nowMs: NOW_MS }

const open: Tab = {
  merchant: 'M-1001',
  id: 'tab-1',
  payment: 'order-1',
  currency: usd,
  consent: { reference: 'consent-1', maximumMinor: 500n, untilMs: NOW_MS + 1_000 },
  posting: { ageMs: 86_400_000, atDayEnd: false },
  fingerprint: new Uint8Array(32),
  businessDate: '2026-11-24',
  openedAtMs: NOW_MS,
  number: 7,
  state: 'open',
  heldMinor: 300n,
  chargedGrains: 12_345n,
  chargeCount: 3,
}
const released: Tab = {
  ...open,
  state: 'released',
  chargedGrains: 0n,
  chargeCount: 0,
  closing: {
    because: 'age',
    broughtGrains: -5_000n,
    postedMinor: 0n,
    carriedGrains: -5_000n,
    atMs: NOW_MS,
  },
}

const item: TabItem = {
  number: 999_999_999,
  id: 'i'.repeat(64),
  grains: 999_999_999_999_999n,
  quantity: 999_999_999,
  item: 'x'.repeat(64),
  atMs: NOW_MS,
  refund: { id: 'r'.repeat(64), minor: 99_999_999_999n, state: 'open' },
}

function valid(text: string): Record<string, unknown> {
  const answer = JSON.parse(text)
  const schema = `https://sallyport.example/messages/${answer.type}.schema.json`
  if (!ajv.validate(schema, answer)) throw new Error(JSON.stringify(ajv.errors))
  return answer
}

const receipt = (tab: Tab, items: readonly TabItem[] = []): TabReceipt => ({
  ...{ tab, items, hostMessages: 2 },
})

test('an open tab says what is left, and nothing of what it cost', (t) => {
  const answer = valid(tabAnswer(receipt(open), asked))
  t.like(answer, { charged: { value: '1.2345' }, left: { value: '298.7655' } })
  t.false('hostMessagesPerThousand' in answer || 'posted' in answer || 'items' in answer)
})

test('a tab that had no charges and brought less than nothing is told', (t) => {
  const answer = valid(tabAnswer(receipt(released), asked))
  t.like(answer, { state: 'released', posted: { brought: { value: '-0.5' }, value: '0' } })
  t.false('left' in answer || 'hostMessagesPerThousand' in answer)
})

test('the fullest page is a message that a merchant may be sent', (t) => {
  const posted = { ...released, state: 'posted', chargeCount: 50 } as const
  const full = receipt(
    posted,
    Array.from({ length: 50 }, () => item),
  )
  const text = tabAnswer(full, asked, 50)
  t.is(valid(text)['next'], 999_999_999)
  t.true(membersIn(JSON.parse(text)) <= defaultEnvelopeLimits.json.membersMax)
  t.true(text.length <= defaultEnvelopeLimits.payloadBytesMax)
})

/** Members of objects and elements of arrays, in all. */
function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum, it) => sum + 1 + membersIn(it), 0)
}

test('charges that were refused are named, and none when there were none', (t) => {
  t.false('refused' in valid(chargeAnswer({ tab: open, refused: [] }, asked)))
  const refused = [{ id: 'a', why: 'above-hold' }] as const
  t.deepEqual(valid(chargeAnswer({ tab: open, refused }, asked))['refused'], refused as never)
})

test('a charge that is given back without the host says so', (t) => {
  const answer = valid(itemRefundAnswer({ tab: open, charge: item }, asked))
  t.like(answer, { outcome: 'carried', amount: { value: '99999999999.9999' } })
  t.false('refundedAmount' in answer)
})
