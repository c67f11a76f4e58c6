import test from 'ava'
import { codesFor } from '../../src/host-emulator/conduct/iso-codes.ts'

const facts = (content: string, length: number) => ({
  path: '39',
  name: 'code',
  content,
  min: length,
  max: length,
  unit: 'characters' as const,
  sensitive: false as const,
})

test('each edition has its own codes, where the mapping lists them', (t) => {
  const of1993 = codesFor(
    {
      approved: ['000', '400'],
      partial: ['002'],
      declined: ['100', '101', '111', '116', '117', '208', '902', '904', '914'],
      unknown: ['909', '913'],
    },
    facts('n', 3),
  )
  t.like(of1993, {
    approved: '000',
    partial: '002',
    reversed: '400',
    checkFailed: '100',
    notSupported: '902',
    noSuchCard: '111',
    lost: '208',
    expired: '101',
    insufficientFunds: '116',
    wrongPin: '117',
    formatError: '904',
    duplicate: '913',
    originalNotFound: '914',
    unlisted: '999',
  })
})

test('a code that is not listed gives way to the first that is listed with its meaning', (t) => {
  const listed = { approved: ['A1'], partial: [], declined: ['D1', 'D2'], unknown: ['U1'] }
  const codes = codesFor(listed, facts('an', 2))
  t.like(codes, { approved: 'A1', reversed: 'A1', partial: 'A1', lost: 'D1', formatError: 'D1' })
  t.is(codes.duplicate, '94', 'what is not listed is unknown, as a duplicate must be')
})

test('no reason borrows a code of another meaning', (t) => {
  const listed = { approved: ['51'], partial: [], declined: ['00'], unknown: ['99', 'ZZ'] }
  const codes = codesFor(listed, facts('an', 2))
  t.like(codes, { approved: '51', insufficientFunds: '00', unlisted: 'YY' })
})
