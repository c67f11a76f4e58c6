import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { networkRequest } from '../../src/communication/host/network-messages.ts'
import { FRAMES, SALE, SIGN_ONS } from './golden.ts'
import { captured, factsAt, HOSTS, NOW_MS, PROFILES, reversed, saleAt, written } from './profile.ts'

const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, allErrors: true })
const specs = (file: string) => JSON.parse(readFileSync(`specs/${file}`, 'utf8'))
for (const name of ['frame-header', 'mac', 'link', 'dialect', 'mapping']) {
  ajv.addSchema(specs(`${name}.schema.json`), name)
}

for (const host of ['meridian', ...HOSTS]) {
  test(`the files of ${host} keep their published schemas`, (t) => {
    for (const name of ['dialect', 'mapping', 'link']) {
      t.true(
        ajv.validate(name, specs(`hosts/${host}/${name}.json`)),
        `${name}: ${ajv.errorsText()}`,
      )
    }
  })
}

for (const host of HOSTS) {
  const { dialect, mapping, link } = PROFILES[host]

  test(`a sale for ${host} is, byte for byte, what its interface says`, (t) => {
    const message = written(host, saleAt(host))
    const frame = link.header.wrap(dialect.pack(message))
    t.is(frame.toString('hex').toUpperCase(), FRAMES[host])
    const bytes = Buffer.from(FRAMES[host], 'hex').subarray(link.header.bytes)
    t.deepEqual(dialect.pack(dialect.unpack(bytes)), bytes)
    t.like(dialect.unpack(bytes).fields, { 2: SALE.card.pan, 4: '000000001250', 41: 'T0000001' })
  })

  test(`the reversal for ${host} can be written from what is kept, and holds no secret`, (t) => {
    const original = written(host, saleAt(host))
    t.false(Buffer.from(mapping.storedImage(original)).toString().includes('"123'))
    const facts = factsAt(host, 8, NOW_MS + 20_000)
    const reversal = reversed(host, original, { facts, carried: { 38: '654321' } })
    const bytes = dialect.pack(reversal)
    t.deepEqual(dialect.pack(dialect.unpack(bytes)), bytes)
    t.like(reversal, REVERSALS[host])
  })

  test(`the capture for ${host} can be written from what is kept, and holds no secret`, (t) => {
    const original = written(host, { ...saleAt(host), type: 'payment.authorize' })
    const facts = factsAt(host, 8, NOW_MS + 20_000)
    const capture = { amountMinor: 1000n, extent: 'part' } as const
    const advice = captured(host, original, { facts, carried: { 38: '654321' }, capture })
    const bytes = dialect.pack(advice)
    t.deepEqual(dialect.pack(dialect.unpack(bytes)), bytes)
    t.like(advice, CAPTURES[host])
    t.is(advice.fields['48'], undefined)
  })
}

const REVERSALS = {
  borealis: {
    mti: '0420',
    fields: {
      11: '000008',
      33: '912',
      38: '654321',
      90: {
        mti: '0200',
        stan: '000007',
        transmittedAt: '1122100000',
        acquirer: '00000445566',
        forwarder: '00000000912',
      },
      95: {
        transaction: '000000000000',
        settlement: '000000000000',
        billing: '000000000000',
        zeros: '000000',
      },
    },
  },
  pampas: {
    mti: '0400',
    fields: {
      7: '1122100020',
      11: '000007',
      24: '031',
      38: '654321',
      60: { mti: '0200', stan: '000007', transmittedAt: '1122100000' },
      62: '000007',
    },
  },
  kestrel: {
    mti: '1420',
    fields: {
      11: '000008',
      12: '261122100020',
      24: '400',
      25: '4021',
      30: { transaction: '000000001250', reconciliation: '000000000000' },
      56: { mti: '1200', stan: '000007', localTime: '261122100000', acquirer: '445566' },
    },
  },
} as const

const CAPTURES = {
  borealis: {
    mti: '0220',
    fields: {
      ...{ 4: '000000001000', 7: '1122100020', 11: '000008', 12: '120020', 33: '912' },
      ...{ 37: 'B26326000007', 38: '654321' },
      90: {
        mti: '0100',
        stan: '000007',
        transmittedAt: '1122100000',
        acquirer: '00000445566',
        forwarder: '00000000912',
      },
    },
  },
  pampas: {
    mti: '0220',
    fields: {
      ...{ 4: '000000001000', 7: '1122100020', 11: '000008', 12: '070020', 24: '031' },
      ...{ 37: '112210000007', 38: '654321', 62: '000007' },
      60: { mti: '0100', stan: '000007', transmittedAt: '1122100000' },
    },
  },
  kestrel: {
    mti: '1220',
    fields: {
      ...{ 4: '000000001000', 11: '000008', 12: '261122100020', 24: '202', 38: '654321' },
      30: { transaction: '000000001250', reconciliation: '000000000000' },
      56: { mti: '1100', stan: '000007', localTime: '261122100000', acquirer: '445566' },
    },
  },
} as const

for (const host of HOSTS) {
  test(`the first frame to ${host} is its own sign-on`, (t) => {
    const { link, dialect } = PROFILES[host]
    const { network, header } = link
    const message = networkRequest(network.signOn, { stan: '000001', nowMs: NOW_MS }, network)
    const frame = header.wrap(dialect.pack(message))
    t.is(frame.toString('hex').toUpperCase(), SIGN_ONS[host])
  })
}
