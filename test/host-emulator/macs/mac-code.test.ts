import test from 'ava'
import fc from 'fast-check'
import { createMacCode, keyCheckValue } from '../../../src/host-emulator/macs/mac-code.ts'
import { createMac } from '../../../src/security/host-keys/mac.ts'
import { PUBLISHED_CHECK_VALUES, PUBLISHED_MACS } from '../../vectors/macs.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

for (const { what, algorithm, cipher, padding = 0, key, message, mac } of PUBLISHED_MACS) {
  test(`published: ${what}`, (t) => {
    const whole = createMacCode({ algorithm, cipher, padding, macBytes: mac.length / 2 }, hex(key))
    t.is(whole.of(hex(message)), mac)
    t.true(whole.fits(hex(message), mac))
    const sent = createMacCode({ algorithm, cipher, padding, macBytes: 4 }, hex(key))
    t.is(sent.of(hex(message)), mac.slice(0, 8))
    t.false(sent.fits(hex(message), mac))
    t.false(sent.fits(hex(message), `0${mac.slice(0, 7)}`))
    t.false(sent.fits(hex(message), ''))
  })
}

test('check values are the published ones', (t) => {
  for (const { cipher, key, checkValue } of PUBLISHED_CHECK_VALUES) {
    t.is(keyCheckValue(cipher, hex(key)).slice(0, checkValue.length), checkValue)
  }
})

const METHODS = [
  ...([1, 2, 3] as const).flatMap((padding) => [
    { algorithm: 'iso9797-1-alg1', cipher: 'des', padding, keyBytes: 8 } as const,
    { algorithm: 'iso9797-1-alg1', cipher: 'tdes', padding, keyBytes: 24 } as const,
    { algorithm: 'iso9797-1-alg1', cipher: 'aes', padding, keyBytes: 16 } as const,
    { algorithm: 'iso9797-1-alg3', cipher: 'des', padding, keyBytes: 16 } as const,
  ]),
  { algorithm: 'cmac', cipher: 'tdes', padding: 1, keyBytes: 16 } as const,
  { algorithm: 'cmac', cipher: 'aes', padding: 1, keyBytes: 32 } as const,
]

for (const method of METHODS) {
  const { algorithm, cipher, padding, keyBytes } = method
  test(`host and gateway, each with code of its own, agree on ${Object.values(method).join()}`, (t) => {
    const bytes = fc.uint8Array({ minLength: keyBytes, maxLength: keyBytes })
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 80 }), (key, message) => {
        const hosts = createMacCode({ algorithm, cipher, padding, macBytes: 8 }, key).of(message)
        const ours =
          algorithm === 'cmac'
            ? createMac({ algorithm, cipher }, key)
            : createMac({ algorithm, cipher, padding }, key)
        t.is(ours(message).toString('hex', 0, 8).toUpperCase(), hosts)
      }),
      { numRuns: 50 },
    )
  })
}
