import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { maskPan, Pan } from '#domain'

const CARD = '4539578763621486'

function card(): Pan {
  const pan = Pan.parse(CARD)
  if (!pan) throw new Error('the fixture is not a card number')
  return pan
}

const REFUSED: readonly [string, string][] = [
  ['a wrong check digit', '4539578763621487'],
  ['eleven digits', '45395787636'],
  ['twenty digits', '45395787636214860000'],
  ['letters', '453957876362148A'],
  ['spaces', '4539 5787 6362 1486'],
  ['nothing', ''],
]

for (const [what, text] of REFUSED) {
  test(`${what} is no card number`, (t) => t.is(Pan.parse(text), undefined))
}

test('a card number prints its first six and last four digits wherever it is printed', (t) => {
  const pan = card()
  const shown = '453957******1486'
  t.is(`${pan}`, shown)
  t.is(JSON.stringify({ pan }), `{"pan":"${shown}"}`)
  t.true(inspect({ pan }, { depth: 9, showHidden: true }).includes(shown))
  t.false(inspect({ pan }, { depth: 9, showHidden: true }).includes(CARD))
  t.is(pan.reveal(), CARD)
})

test('masking never shows more than ten digits, nor any of what is too short', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{0,30}$/), (digits) => {
      const masked = maskPan(digits)
      const shown = masked.replaceAll('*', '').length
      return masked.length === digits.length && shown <= (digits.length < 13 ? 4 : 10)
    }),
  )
  t.is(maskPan('1234567'), '*******')
  t.is(maskPan('123456789012'), '********9012')
})
