import test from 'ava'
import fc from 'fast-check'
import { cardNumbersIn, holdsCardNumber } from '../../src/iso8583/card-numbers.ts'
import { cardNumbers, issuersCardNumbers } from './arbitrary-card-numbers.ts'

const PAN = '4539578763621486'

const FOUND: readonly [what: string, text: string, numbers: readonly string[]][] = [
  ['alone', PAN, [PAN]],
  ['between words', `PAN ${PAN} EXP`, [PAN]],
  ['between letters', `A${PAN}B`, [PAN]],
  ['behind zeros', `000${PAN}`, [PAN]],
  ['behind its length', `16${PAN}`, [PAN]],
  ['in groups', '4539 5787 6362 1486', ['4539 5787 6362 1486']],
  ['with dashes', '4539-5787-6362-1486', ['4539-5787-6362-1486']],
  ['behind another number', `0001 ${PAN}`, [PAN]],
  ['of 13 digits', '4222222222222', ['4222222222222']],
  ['of 19 digits', '6304000000000000000', ['6304000000000000000']],
  ['of an issuer nobody knows', ' 7000000000000005 ', ['7000000000000005']],
  ['twice', `${PAN},x,371449635398431`, [PAN, '371449635398431']],
]

for (const [what, text, numbers] of FOUND) {
  test(`a card number ${what} is found`, (t) => {
    t.deepEqual(
      cardNumbersIn(text).map(({ from, to }) => text.slice(from, to)),
      numbers,
    )
  })
}

const NONE: readonly [what: string, text: string][] = [
  ['a number whose Luhn digit is wrong', '4539578763621487'],
  ['twelve digits', '453957876367'],
  ['an amount', '0000000000125000'],
  ['zeros', '0'.repeat(40)],
  ['digits four characters apart', '45395787    63621486'],
  ['nothing', ''],
]

for (const [what, text] of NONE) {
  test(`${what} is no card number`, (t) => t.deepEqual(cardNumbersIn(text), []))
}

test('any card number is found where it fills its digits', (t) => {
  fc.assert(
    fc.property(cardNumbers, fc.constantFrom('', ' ', 'A', '#'), (pan, edge) => {
      t.deepEqual(cardNumbersIn(`${edge}${pan}${edge}`), [
        { from: edge.length, to: edge.length + pan.length },
      ])
    }),
  )
})

test('one of an issuer is found in the midst of any digits', (t) => {
  const digits = fc.stringMatching(/^[0-9]{0,20}$/)
  fc.assert(
    fc.property(issuersCardNumbers, digits, digits, (pan, before, after) => {
      const from = before.length
      const isWithin = (it: { from: number; to: number }) =>
        it.from <= from && it.to >= from + pan.length
      t.true(cardNumbersIn(before + pan + after).some(isWithin))
    }),
  )
})

test('bytes hold a card number packed, in ASCII or in EBCDIC, at any half byte', (t) => {
  const ascii = Buffer.from(PAN).toString('hex')
  const ebcdic = ascii.replace(/3(.)/g, 'F$1')
  for (const hex of [PAN, `A${PAN}F`, `0A08${PAN}`, ascii, `FF${ascii}00`, ebcdic, `C${ebcdic}C`]) {
    t.true(holdsCardNumber(hex), hex)
  }
  for (const hex of ['', '0011223344556677', 'F'.repeat(64), '20'.repeat(40)]) {
    t.false(holdsCardNumber(hex), hex)
  }
})

test('looking takes time in proportion to the text', (t) => {
  const started = performance.now()
  cardNumbersIn('4'.repeat(99_999))
  cardNumbersIn('4 '.repeat(50_000))
  cardNumbersIn('4x'.repeat(50_000))
  t.true(performance.now() - started < 2_000)
})
