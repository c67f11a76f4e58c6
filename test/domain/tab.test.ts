import test from 'ava'
import fc from 'fast-check'
import {
  ceilingMinorOf,
  chargeObstacle,
  currencyOf,
  GRAINS_PER_MINOR,
  grainsOf,
  grainsText,
  incrementDueMinor,
  isFull,
  itemRefundMinor,
  lastDueMs,
  leftGrainsOf,
  postingCause,
  type Tab,
  tabSettlement,
} from '#domain'

const usd = currencyOf('USD')
if (usd === undefined) throw new Error('ISO 4217 has US dollars')

const DAY_MS = 86_400_000

const open: Tab = {
  merchant: 'M-1001',
  id: 'tab-1',
  payment: 'hold-1',
  currency: usd,
  consent: { reference: 'consent-1', maximumMinor: 500n, untilMs: 7 * DAY_MS },
  posting: { ageMs: DAY_MS, atDayEnd: false },
  fingerprint: new Uint8Array(32),
  businessDate: '2026-11-22',
  openedAtMs: 0,
  number: 1,
  state: 'open',
  heldMinor: 300n,
  chargedGrains: 0n,
  chargeCount: 0,
}

const grains = fc.bigInt({ min: 1n, max: 50_000n })

test('a charge is taken up to the last grain that is held and agreed to', (t) => {
  t.is(chargeObstacle(open, 3_000_000n, 1), undefined)
  t.is(chargeObstacle(open, 3_000_001n, 1), 'above-hold')
  t.is(chargeObstacle({ ...open, heldMinor: 900n }, 5_000_000n, 1), undefined)
  t.is(chargeObstacle({ ...open, heldMinor: 900n }, 5_000_001n, 1), 'above-consent')
})

test('nothing is charged once the consent has ended or the tab is closed', (t) => {
  t.is(chargeObstacle(open, 1n, open.consent.untilMs - 1), undefined)
  t.is(chargeObstacle(open, 1n, open.consent.untilMs), 'consent-ended')
  t.is(chargeObstacle({ ...open, state: 'posted' }, 1n, 1), 'closed')
  t.is(chargeObstacle({ ...open, state: 'released' }, 1n, 1), 'closed')
})

test('more is asked for when less than half a step is left, and never above the consent', (t) => {
  const stepping = { ...open, incrementMinor: 150n }
  const charged = (chargedGrains: bigint) => ({ ...stepping, chargedGrains })
  t.is(incrementDueMinor(charged(2_250_000n)), 0n)
  t.is(incrementDueMinor(charged(2_250_001n)), 150n)
  t.is(incrementDueMinor({ ...charged(3_900_000n), heldMinor: 400n }), 100n)
  t.is(incrementDueMinor({ ...charged(5_000_000n), heldMinor: 500n }), 0n)
  t.is(incrementDueMinor({ ...charged(3_000_000n), state: 'posted' }), 0n)
  t.is(incrementDueMinor({ ...open, chargedGrains: 3_000_000n }), 0n)
})

test('a tab is due by threshold, charges, age, the end of its day or of its consent', (t) => {
  const at = (nowMs: number, openDate = '2026-11-22') => ({ nowMs, openDate })
  const posting = { ...open.posting, thresholdMinor: 100n, chargesMax: 20, atDayEnd: true }
  const tab = { ...open, posting }
  t.is(postingCause(tab, at(1)), undefined)
  t.is(postingCause({ ...tab, chargedGrains: 999_999n }, at(1)), undefined)
  t.is(postingCause({ ...tab, chargedGrains: 1_000_000n }, at(1)), 'threshold')
  t.is(postingCause({ ...tab, chargeCount: 19 }, at(1)), undefined)
  t.is(postingCause({ ...tab, chargeCount: 20 }, at(1)), 'charges')
  t.is(postingCause(tab, at(1, '2026-11-23')), 'day-end')
  t.is(postingCause(open, at(1, '2026-11-23')), undefined)
  t.is(postingCause(tab, at(DAY_MS - 1)), undefined)
  t.is(postingCause(tab, at(DAY_MS)), 'age')
  t.is(postingCause(tab, at(7 * DAY_MS)), 'consent-ended')
  t.is(lastDueMs(tab), DAY_MS)
  t.is(lastDueMs({ ...tab, consent: { ...tab.consent, untilMs: 5 } }), 5)
  t.true(isFull({ ...tab, chargeCount: 20 }))
  t.false(isFull(tab))
})

test('what is charged never exceeds what is held or agreed to, and no posting does', (t) => {
  const bound = fc.bigInt({ min: 1n, max: 20n })
  fc.assert(
    fc.property(
      fc.array(grains),
      bound,
      bound,
      fc.bigInt(0n, 9_999n),
      (wanted, held, max, left) => {
        const consent = { ...open.consent, maximumMinor: max }
        let tab: Tab = { ...open, heldMinor: held, consent }
        for (const more of wanted) {
          if (chargeObstacle(tab, more, 1) !== undefined) continue
          tab = { ...tab, chargedGrains: tab.chargedGrains + more }
        }
        t.true(tab.chargedGrains <= ceilingMinorOf(tab) * GRAINS_PER_MINOR)
        t.is(leftGrainsOf(tab) + tab.chargedGrains, ceilingMinorOf(tab) * GRAINS_PER_MINOR)
        const { postedMinor } = tabSettlement(tab.chargedGrains, left, ceilingMinorOf(tab))
        t.true(postedMinor <= held && postedMinor <= max)
        t.is(postedMinor, (tab.chargedGrains + left) / GRAINS_PER_MINOR)
      },
    ),
  )
})

/** Tabs of one card with one merchant, each posted after its charges; refunds of some charges. */
const story = fc.array(
  fc.record({
    charges: fc.array(grains, { maxLength: 6 }),
    refunds: fc.array(fc.nat({ max: 5 })),
  }),
  { maxLength: 8 },
)

test('what was charged and not refunded is what was taken and not given back, and what is carried', (t) => {
  fc.assert(
    fc.property(story, (tabs) => {
      let carried = 0n
      let charged = 0n
      let taken = 0n
      for (const { charges, refunds } of tabs) {
        const sum = charges.reduce((a, b) => a + b, 0n)
        const settled = tabSettlement(sum, carried, 1_000_000n)
        carried = settled.carriedGrains
        charged += sum
        taken += settled.postedMinor
        let refundable = settled.postedMinor
        for (const index of new Set(refunds)) {
          const item = charges[index]
          if (item === undefined) continue
          const minor = itemRefundMinor(item, carried, refundable)
          if (minor === undefined) continue
          t.true(minor <= refundable)
          refundable -= minor
          taken -= minor
          charged -= item
          carried += minor * GRAINS_PER_MINOR - item
        }
        t.is(charged, taken * GRAINS_PER_MINOR + carried)
      }
    }),
  )
})

test('a refund is rounded in the favour of the holder, and what is carried pays for it first', (t) => {
  t.is(itemRefundMinor(5_000n, 0n, 10n), 1n)
  t.is(itemRefundMinor(20_000n, 0n, 10n), 2n)
  t.is(itemRefundMinor(5_000n, 5_000n, 10n), 0n)
  t.is(itemRefundMinor(20_001n, 1n, 10n), 2n)
  t.is(itemRefundMinor(5_000n, -5_000n, 10n), 1n)
})

test('only a fraction of a minor unit may be missing from what is given back', (t) => {
  t.is(itemRefundMinor(19_999n, 0n, 1n), 1n)
  t.is(itemRefundMinor(20_000n, 0n, 1n), undefined)
  t.is(itemRefundMinor(9_999n, 0n, 0n), 0n)
})

test('grains are written as minor units with up to four decimals, and read back', (t) => {
  t.is(grainsText(125_000n), '12.5')
  t.is(grainsText(1n), '0.0001')
  t.is(grainsText(20_000n), '2')
  t.is(grainsText(-5_000n), '-0.5')
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), (it) => {
      t.is(grainsOf(grainsText(it)), it)
    }),
  )
})
