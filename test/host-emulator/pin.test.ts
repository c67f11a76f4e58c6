import { execFileSync } from 'node:child_process'
import test from 'ava'
import { createCoreHost, openBook } from '#host-emulator'
import { createPinCheck } from '../../src/host-emulator/pin.ts'
import { APPROVING, CARDS, CONDUCT, fakeClock, payment } from './meridian.ts'

const KEY = Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex')

/** Encrypt a clear PIN block with openssl, so that the check is not its own judge. */
function sealed(clearBlock: string): string {
  const key = KEY.toString('hex') + KEY.subarray(0, 8).toString('hex')
  const command = ['enc', '-des-ede3', '-nopad', '-K', key]
  const input = Buffer.from(clearBlock, 'hex')
  return execFileSync('openssl', command, { input }).toString('hex').toUpperCase()
}

// ISO 9564-1 format 0, by hand: 041234FFFFFFFFFF xor 0000 + 957876362148.
const RIGHT = sealed('041234FFFFFFFFFF'.replace(/.*/, xorWith('0000957876362148')))
const WRONG = sealed('041235FFFFFFFFFF'.replace(/.*/, xorWith('0000957876362148')))

function xorWith(account: string): (field: string) => string {
  return (field) =>
    field &&
    (BigInt(`0x${field}`) ^ BigInt(`0x${account}`)).toString(16).toUpperCase().padStart(16, '0')
}

test('a PIN block in format 0 is read under the host’s key', (t) => {
  const check = createPinCheck(KEY)
  const hash = check.hash(APPROVING, '1234')
  t.true(check.matches(APPROVING, RIGHT, hash))
  t.false(check.matches(APPROVING, WRONG, hash))
  t.false(check.matches('5555555555554444', RIGHT, hash))
  t.false(check.matches(APPROVING, '0'.repeat(16), hash))
})

test('a wrong PIN is answered 55, the fourth in a row 75, and a right one in time starts anew', (t) => {
  const pinCheck = createPinCheck(KEY)
  const { cards } = CARDS
  const book = openBook(':memory:', { cards, businessDate: '2026-11-22', pinHash: pinCheck.hash })
  const host = createCoreHost({
    book,
    clock: fakeClock(),
    conduct: CONDUCT,
    cardFaults: new Map(),
    script: [],
    pinCheck,
    holdMs: 1,
  })
  const codes = [WRONG, WRONG, RIGHT, WRONG, WRONG, WRONG, RIGHT, WRONG].map((block, index) => {
    const request = payment('0200', index + 1, { 52: block })
    return host.answer(request, { signedOn: true })?.answer.fields['39']
  })
  t.deepEqual(codes, ['55', '55', '00', '55', '55', '55', '75', '75'])
})
