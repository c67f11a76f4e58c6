import test from 'ava'
import type { Message } from '#iso8583'
import { carriedMac, packWithMac } from '../../src/communication/host/macs/carrying.ts'
import { networkRequest } from '../../src/communication/host/network-messages.ts'
import { createKeyTransport } from '../../src/security/host-keys/transport.ts'
import { createWorkingKey } from '../../src/security/host-keys/working-key.ts'
import { opensslRetailMac } from '../oracles/openssl.ts'
import { KESTREL_KEY, SEALED } from './golden.ts'
import { KEY_ENCRYPTING, keyIn, parcelOf } from './kestrel-macs.ts'
import { NOW_MS, PROFILES, saleAt, written } from './profile.ts'

const { dialect, link } = PROFILES.kestrel
const { header, mac: rules, network } = link
const KEY = Buffer.from(KESTREL_KEY.key, 'hex')

const MESSAGES: Readonly<Record<keyof typeof SEALED, Message>> = {
  sale: written('kestrel', saleAt('kestrel')),
  echo: networkRequest(network.echo, { stan: '000001', nowMs: NOW_MS }, network),
}

for (const what of ['sale', 'echo'] as const) {
  const golden = Buffer.from(SEALED[what], 'hex')
  const message = golden.subarray(header.bytes)

  test(`a proven ${what} for kestrel is, byte for byte, what its interface says`, (t) => {
    if (rules === undefined) return t.fail()
    const key = createWorkingKey(KEY, rules.key)
    const macOf = (bytes: Uint8Array) => key.mac(bytes)
    const index = KESTREL_KEY.number
    const packed = packWithMac(MESSAGES[what], { rules, dialect }, { index, macOf })
    t.deepEqual(Buffer.from(header.wrap(packed)), golden)
  })

  test(`openssl finds the MAC of the golden ${what}, over all that stands before it`, (t) => {
    const mac = opensslRetailMac(KEY, message.subarray(0, -16)).toString('hex').toUpperCase()
    t.is(message.toString('latin1', message.length - 16), mac)
    t.like(rules && carriedMac(dialect.unpack(message), rules), { mac, index: '01' })
  })
}

test('kestrel’s key travels as another program encrypts it, with its check value', (t) => {
  const transport = createKeyTransport('tdes-ecb', Buffer.from(KEY_ENCRYPTING, 'hex'))
  const { parcel } = KESTREL_KEY
  t.is(transport.wrap(KEY).toString('hex').toUpperCase(), parcel.slice(0, 32))
  if (rules) t.is(createWorkingKey(KEY, rules.key).checkValue, parcel.slice(32))
  t.is(parcelOf(KEY), parcel)
  t.deepEqual(keyIn({ mti: '1814', fields: { 96: parcel } }), KEY)
})
