import test from 'ava'
import { createBlockCipher } from '../../../src/security/host-keys/block-cipher.ts'
import { aesPinKey, aesTransactionKey } from '../../../src/security/hsm/dukpt-aes.ts'
import { tdesPinKey, tdesTransactionKey } from '../../../src/security/hsm/dukpt-tdes.ts'
import { openPinBlock } from '../../../src/security/hsm/pin-block.ts'
import { PUBLISHED_DUKPT } from '../../vectors/dukpt.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const upperHex = (bytes: Uint8Array | undefined) =>
  bytes && Buffer.from(bytes).toString('hex').toUpperCase()

const { dukpt_tdes: tdes, dukpt_aes128: aes128, dukpt_aes256: aes256 } = PUBLISHED_DUKPT

test('there are published transactions of each kind, with PINs', (t) => {
  t.deepEqual(
    [tdes, aes128, aes256].map(({ vectors }) => vectors.length),
    [34, 15, 15],
  )
  t.is(tdes.vectors.filter((it) => it.enc_pin_block).length, 34)
  t.is(aes128.vectors.filter((it) => it.enc_pin_block && it.pin_key_aes128).length, 8)
  t.is(aes256.vectors.filter((it) => it.pin_key_aes256).length, 8)
})

for (const { ksn, txn_key: key, enc_pin_block: block = '' } of tdes.vectors) {
  test(`published: triple DES, ${ksn.slice(-6)}: the key, and the PIN under it`, (t) => {
    const baseKey = hex(tdes.notes.bdk)
    t.is(upperHex(tdesTransactionKey(baseKey, hex(ksn))), key)
    const cipher = createBlockCipher('tdes', tdesPinKey(baseKey, hex(ksn)) ?? Buffer.alloc(0))
    const binding = { format: 'iso-0', pan: tdes.notes.pan, cipher } as const
    t.is(openPinBlock(hex(block), binding)?.reveal().join(''), tdes.notes.pin)
  })
}

for (const [name, { notes, vectors }] of [
  ['AES-128', aes128],
  ['AES-256', aes256],
] as const) {
  for (const { ksn, txn_key: key, enc_pin_block: block, ...keys } of vectors) {
    test(`published: ${name}, ${ksn.slice(-8)}: the key, and the PIN under it`, (t) => {
      const baseKey = hex(notes.bdk)
      t.is(upperHex(aesTransactionKey(baseKey, hex(ksn))), key)
      const pinKey = aesPinKey(baseKey, hex(ksn)) ?? Buffer.alloc(0)
      const published = name === 'AES-128' ? keys.pin_key_aes128 : keys.pin_key_aes256
      if (published) t.is(upperHex(pinKey), published)
      if (block === undefined) return
      const cipher = createBlockCipher('aes', pinKey)
      const binding = { format: 'iso-4', pan: notes.pan, cipher } as const
      t.is(openPinBlock(hex(block), binding)?.reveal().join(''), notes.pin)
    })
  }
}

const TDES_KEY = hex(tdes.notes.bdk)
const AES_KEY = hex(aes128.notes.bdk)

test('a counter that no terminal has gives no key: none, and more bits than are counted', (t) => {
  for (const counter of ['E00000', 'EFFFFF', 'EFFE01']) {
    t.is(tdesPinKey(TDES_KEY, hex(`FFFF9876543210${counter}`)), undefined, counter)
  }
  t.truthy(tdesPinKey(TDES_KEY, hex('FFFF9876543210E003FF')))
  t.is(tdesPinKey(TDES_KEY, hex('FFFF9876543210E007FF')), undefined)
  for (const counter of ['00000000', 'FFFFFFFF', '0001FFFF']) {
    t.is(aesPinKey(AES_KEY, hex(`1234567890123456${counter}`)), undefined, counter)
  }
  t.truthy(aesPinKey(AES_KEY, hex('12345678901234560000FFFF')))
})

test('a serial number or a base key of another length gives no key', (t) => {
  const serial = hex('FFFF9876543210E00001')
  for (const length of [0, 8, 9]) t.is(tdesPinKey(TDES_KEY, serial.subarray(0, length)), undefined)
  t.is(tdesPinKey(TDES_KEY.subarray(0, 8), serial), undefined)
  t.is(tdesPinKey(Buffer.concat([TDES_KEY, TDES_KEY.subarray(0, 8)]), serial), undefined)
  const long = hex('123456789012345600000001')
  t.is(aesPinKey(AES_KEY, long.subarray(0, 10)), undefined)
  t.is(aesPinKey(AES_KEY.subarray(0, 8), long), undefined)
})

test('each transaction has another key', (t) => {
  const keys = Array.from({ length: 64 }, (_, at) => {
    const counter = (at + 1).toString(16).toUpperCase().padStart(4, '0')
    return upperHex(tdesPinKey(TDES_KEY, hex(`FFFF9876543210E0${counter}`)))
  })
  t.is(new Set(keys).size, 64)
})
