import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { type PinFormat, Secret } from '#domain'
import { createSystemRandom, type Random } from '#platform'
import {
  type BlockCipher,
  createBlockCipher,
} from '../../../src/security/host-keys/block-cipher.ts'
import {
  openPinBlock,
  PIN_CIPHERS,
  sealPinBlock,
  wipe,
} from '../../../src/security/hsm/pin-block.ts'
import { opensslBlocks } from '../../oracles/openssl.ts'
import {
  PUBLISHED_AES_BLOCKS,
  PUBLISHED_CLEAR_BLOCKS,
  REJECTED_BLOCKS,
} from '../../vectors/pin-blocks.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const upperHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
const random = createSystemRandom()

const KEYS = {
  tdes: hex('0123456789ABCDEFFEDCBA98765432101122334455667788'),
  aes: hex('00112233445566778899AABBCCDDEEFF'),
}
const CIPHERS = {
  tdes: createBlockCipher('tdes', KEYS.tdes),
  aes: createBlockCipher('aes', KEYS.aes),
}
const PAN = '5555555551234567'
const FORMATS: readonly PinFormat[] = ['iso-0', 'iso-3', 'iso-4']

const cipherOf = (format: PinFormat) => CIPHERS[PIN_CIPHERS[format]]
const pinOf = (digits: string) => new Secret(Uint8Array.from(digits, Number))

function digitsIn(block: Uint8Array, format: PinFormat, pan = PAN, cipher = cipherOf(format)) {
  return openPinBlock(block, { format, pan, cipher })?.reveal().join('')
}

/** A clear block of format 0 or 3, encrypted by openssl. */
function sealed(clear: string): Buffer {
  return opensslBlocks('des-ede3-ecb', { key: KEYS.tdes, blocks: hex(clear) })
}

/** Bytes that are always these, for a published block of format 4. */
function fixed(bytes: string): Random {
  return { ...random, bytes: () => Buffer.concat([Buffer.alloc(8), hex(bytes)]) }
}

for (const format of ['iso-0', 'iso-3'] as const) {
  for (const { pin, pan, block } of PUBLISHED_CLEAR_BLOCKS[format]) {
    test(`published: ${block} of ${format} holds a PIN of ${pin.length} digits`, (t) => {
      t.is(digitsIn(sealed(block), format, pan), pin)
      if (format === 'iso-3') return
      const made = sealPinBlock(pinOf(pin), { format, pan, cipher: CIPHERS.tdes }, random)
      t.is(upperHex(made), upperHex(sealed(block)))
    })
  }
}

for (const { key, pin, pan, random: half, block } of PUBLISHED_AES_BLOCKS) {
  test(`published: ${block.slice(0, 8)} of iso-4 holds a PIN of ${pin.length} digits`, (t) => {
    const cipher = createBlockCipher('aes', hex(key))
    const binding = { format: 'iso-4', pan: /^[0-9]+/.exec(pan)?.[0] ?? '', cipher } as const
    t.is(digitsIn(hex(block), 'iso-4', binding.pan, cipher), pin)
    t.is(upperHex(sealPinBlock(pinOf(pin), binding, fixed(half))), block)
  })
}

for (const { format, block, field, pan = PAN, why } of REJECTED_BLOCKS) {
  // Format 2 is never opened: every block of it is one of another format here.
  const names = format === 2 ? FORMATS : ([`iso-${format}`] as PinFormat[])
  test(`published reject of format ${format}: ${why}`, (t) => {
    for (const name of names) {
      const bytes = name === 'iso-4' ? inTwo(field ?? '00'.repeat(16), pan) : sealed(block ?? '')
      t.is(digitsIn(bytes, name, pan), undefined)
    }
  })
}

/** A PIN field of format 4 as openssl encrypts it, block by block. */
function inTwo(field: string, pan: string): Buffer {
  const encrypt = (blocks: Buffer) => opensslBlocks('aes-128-ecb', { key: KEYS.aes, blocks })
  const account = hex(`${pan.length - 12}${pan}`.padEnd(32, '0'))
  const between = encrypt(hex(field)).map((byte, index) => byte ^ (account[index] ?? 0))
  return encrypt(Buffer.from(between))
}

test('openssl, block by block, makes a block of format 4 that opens', (t) => {
  t.is(digitsIn(inTwo('441234AAAAAAAAAA548ED7FD65495950', PAN), 'iso-4'), '1234')
})

const PINS = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 12 })
const PANS = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 12, maxLength: 19 })

for (const format of FORMATS) {
  const cipher: BlockCipher = cipherOf(format)

  test(`${format}: what is sealed opens, for every PIN and card`, (t) => {
    fc.assert(
      fc.property(PINS, PANS, (pin, pan) => {
        const block = sealPinBlock(pinOf(pin), { format, pan, cipher }, random)
        t.is(digitsIn(block, format, pan), pin)
      }),
    )
  })

  test(`${format}: a PIN of 3 or 13 digits, or with a letter, is in no block`, (t) => {
    const field = (text: string) => (format === 'iso-4' ? `${text}${'0'.repeat(16)}` : text)
    const control = format.slice(-1)
    const fill = format === 'iso-0' ? 'F' : 'A'
    const opened = (length: string, digits: string) => {
      const text = field(`${control}${length}${digits.padEnd(14, fill)}`)
      const account = hex(PAN.slice(3, -1).padStart(16, '0'))
      const clear = hex(text).map((byte, index) => byte ^ (account[index] ?? 0))
      const block = format === 'iso-4' ? inTwo(text, PAN) : sealed(upperHex(clear))
      return digitsIn(block, format)
    }
    t.is(opened('4', '1234'), '1234')
    t.is(opened('C', '123456789012'), '123456789012')
    t.is(opened('3', '123'), undefined)
    t.is(opened('D', '1234567890123'), undefined)
    t.is(opened('4', '12B4'), undefined)
    t.is(opened('4', '1234567'), undefined, 'digits behind the PIN')
  })

  test(`${format}: a block of another length, or of none, opens to nothing`, (t) => {
    for (const length of [0, 7, 8, 15, 16, 17, 32]) {
      if (length === cipher.blockBytes) continue
      t.is(openPinBlock(Buffer.alloc(length), { format, pan: PAN, cipher }), undefined)
    }
  })
}

test('blocks of formats 3 and 4 differ each time; those of format 0 are the same', (t) => {
  for (const format of FORMATS) {
    const made = () =>
      upperHex(sealPinBlock(pinOf('1234'), { format, pan: PAN, cipher: cipherOf(format) }, random))
    t.is(new Set(Array.from({ length: 8 }, made)).size > 1, format !== 'iso-0', format)
  }
})

test('a block of format 4 for another card does not open', (t) => {
  const binding = { format: 'iso-4', cipher: CIPHERS.aes } as const
  for (let pin = 1000; pin < 1050; pin++) {
    const block = sealPinBlock(pinOf(String(pin)), { ...binding, pan: PAN }, random)
    t.is(openPinBlock(block, { ...binding, pan: '4111111111111111' }), undefined)
  }
})

test('a PIN prints as nothing, and is gone when it is wiped', (t) => {
  const pin = pinOf('987654')
  t.notRegex(`${inspect(pin)} ${JSON.stringify({ pin })} ${pin}`, /9|8|7|6/)
  wipe(pin)
  t.deepEqual(pin.reveal(), new Uint8Array(6))
})
