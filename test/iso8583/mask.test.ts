import test from 'ava'
import { masked, maskedWhole, withoutCardNumbers } from '../../src/iso8583/mask.ts'

const PAN = '4539578763621486'

const AS_PAN: readonly [value: string, shown: string][] = [
  [PAN, '453957******1486'],
  ['4222222222222', '422222***2222'],
  ['6304000000000000000', '630400*********0000'],
  ['453957876367', '********'],
  ['12345678', '********'],
  ['45395787636214860000', '********'],
  [`${PAN}D3012`, '********'],
  ['4539 5787 6362 1486', '********'],
  ['', '***'],
]

for (const [value, shown] of AS_PAN) {
  test(`as a card number, ${value.length} characters show as ${shown}`, (t) => {
    t.is(masked(value, 'pan'), shown)
  })
}

test('secrets show nothing but that they are there', (t) => {
  for (const mask of ['sad', 'secret'] as const) t.is(masked(PAN, mask), '********')
  t.is(maskedWhole('12'), '***')
  t.is(maskedWhole('x'.repeat(999)), '********')
})

const IN_TEXT: readonly [what: string, text: string, shown: string | undefined][] = [
  ['no card number', 'ORDER 12345', undefined],
  ['a card number', `ORDER 12345 CARD ${PAN} OK`, 'ORDER 12345 CARD 453957******1486 OK'],
  ['groups', 'CARD 4539 5787 6362 1486 OK', 'CARD ******** OK'],
  ['two card numbers', `${PAN};371449635398431`, '453957******1486;371449*****8431'],
  ['a track', `${PAN}=30121010000012345678`, '********'],
  ['a track with its letter', `X${PAN}D3012101`, '********'],
  ['the first track', `B${PAN}^DOE/JANE^3012101`, '********'],
  ['the hex of a card number', Buffer.from(PAN).toString('hex'), '********'],
  ['a track behind a length', `37${PAN}=3012101`, '********'],
]

for (const [what, text, shown] of IN_TEXT) {
  test(`of a text with ${what} only that is hidden`, (t) => t.is(withoutCardNumbers(text), shown))
}
