import test from 'ava'
import type { FieldValue } from '#iso8583'
import { editionOf, NAMES } from './editions.ts'

/**
 * Elements whose layout is known from a source, and their bytes written by hand: from the length
 * on, as text, and in hex where the edition packs.
 */
type Case = readonly [name: string, edition: string, element: number, FieldValue, line: string]

const ORIGINAL = { mti: '0200', stan: '123456', transmittedAt: '1122102030' }
const AMOUNTS = {
  1: { account: '00', type: '01', currency: '840', amount: 'C000000012345' },
  2: { account: '10', type: '02', currency: '978', amount: 'D000000000099' },
}

const CASES: readonly Case[] = [
  [
    'DE90: 4, 6, 10, 11 and 11 digits',
    '1987-ascii',
    90,
    { ...ORIGINAL, acquirer: '00000054321', forwarder: '00000000000' },
    '020012345611221020300000005432100000000000',
  ],
  [
    'DE90 packed: 21 bytes',
    '1987-binary',
    90,
    { ...ORIGINAL, institutions: '0000005432100000000000' },
    '020012345611221020300000005432100000000000',
  ],
  ['DE90 of 1993 is a count', '1993-ascii', 90, '0000000007', '0000000007'],
  [
    'DE95 as PostBridge: 12, 12, x+n 8, x+n 8',
    '1987-ascii',
    95,
    {
      transaction: '000000001000',
      settlement: '000000000900',
      transactionFee: 'D00000050',
      settlementFee: 'C00000045',
    },
    '000000001000000000000900D00000050C00000045',
  ],
  [
    'DE95 as MDS: 12, 12, 12, 6',
    '1987-binary',
    95,
    {
      transaction: '000000001000',
      settlement: '000000000900',
      billing: '000000000000',
      reserved: '000000',
    },
    hex('000000001000000000000900000000000000000000'),
  ],
  ['DE54: groups of 20', '1987-ascii', 54, AMOUNTS, '0400001840C0000000123451002978D000000000099'],
  [
    'DE54 is text where numbers are packed',
    '1987-binary',
    54,
    AMOUNTS,
    `0040${hex('0001840C0000000123451002978D000000000099')}`,
  ],
  [
    'DE54 of 2003: groups of 21, with the minor unit',
    '2003-ascii',
    54,
    { 1: { account: '10', type: '02', currency: '840', exponent: '2', amount: 'C000000012345' } },
    '02110028402C000000012345',
  ],
  ['DE28: a sign and 8 digits are 9 positions', '1987-ascii', 28, 'D00000050', 'D00000050'],
  ['DE28 packed: the sign is one byte of text', '1987-binary', 28, 'D00000050', '4400000050'],
  ['DE31', '1987-binary', 31, 'C12345678', '4312345678'],
  ['DE97: 17 positions', '1987-ascii', 97, 'C0000000000123456', 'C0000000000123456'],
  ['DE97 packed', '1993-binary', 97, 'D0000000000123456', '440000000000123456'],
  [
    'DE97 of 2003: currency, minor unit, x+n 16',
    '2003-ascii',
    97,
    { currency: '840', exponent: '2', amount: 'C0000000000123456' },
    '8402C0000000000123456',
  ],
  [
    'DE56: MTI 4, STAN 6, local time 12, acquirer with its length',
    '1993-ascii',
    56,
    { mti: '1200', stan: '123456', localTime: '261122102030', acquirer: '54321' },
    '2912001234562611221020300554321',
  ],
  [
    'DE56 packed is counted in digits',
    '1993-binary',
    56,
    '12001234562611221020300554321',
    '29012001234562611221020300554321',
  ],
  [
    'DE56 of 2003: MTI 4, STAN 12, local time 14, acquirer to the end',
    '2003-ascii',
    56,
    { mti: '2200', stan: '123456789012', localTime: '20261122102030', acquirer: '54321' },
    '3522001234567890122026112210203054321',
  ],
  [
    'DE30 of 1993: two original amounts',
    '1993-ascii',
    30,
    { transaction: '000000001000', reconciliation: '000000000900' },
    '000000001000000000000900',
  ],
  [
    'DE4 of 2003: currency, minor unit, amount',
    '2003-ascii',
    4,
    { currency: '392', exponent: '0', amount: '000000001000' },
    '3920000000001000',
  ],
  [
    'DE46 of 1993: groups of 34',
    '1993-ascii',
    46,
    {
      1: {
        type: '00',
        currency: '840',
        amount: 'D00000050',
        rate: '61000000',
        reconciliationAmount: 'D00000045',
        reconciliationCurrency: '978',
      },
    },
    '03400840D0000005061000000D00000045978',
  ],
  [
    'DE35: an odd count packs with a zero in front',
    '1987-binary',
    35,
    '1234567890=2512',
    '1501234567890D2512',
  ],
  [
    'DE43 of 1987: 23, 13, 2 and 2',
    '1987-ascii',
    43,
    { address: 'BAKER STREET 221B', city: 'LONDON', state: '', country: 'GB' },
    'BAKER STREET 221B      LONDON         GB',
  ],
  [
    'DE43 of 2003: a bitmap and its parts',
    '2003-ascii',
    43,
    { 2: 'BAKER', 4: 'LONDON', 7: 'GBR' },
    '0034520000000000000005BAKER06LONDONGBR',
  ],
  [
    'DE55: bytes are counted, whether raw',
    '1993-binary',
    55,
    { '82': '3900', '9F26': '0102030405060708' },
    '0015820239009F26080102030405060708',
  ],
  [
    'DE55: or in hex',
    '1993-ascii',
    55,
    { '82': '3900', '9F26': '0102030405060708' },
    '015820239009F26080102030405060708',
  ],
  [
    'DE55: card number, expiry and amount are packed',
    '1987-binary',
    55,
    { '5A': '4111111111111', '5F24': '261231', '9F02': '000000012345' },
    '00245A074111111111111F5F24032612319F0206000000012345',
  ],
  ['DE53 of 1993: bytes, in hex on a text link', '1993-ascii', 53, '0102FF', '030102FF'],
  ['DE12 of 1987', '1987-ascii', 12, '102030', '102030'],
  ['DE12 of 1993', '1993-binary', 12, '261122102030', '261122102030'],
  ['DE12 of 2003', '2003-ascii', 12, '20261122102030', '20261122102030'],
  ['DE11 of 2003 has 12 digits', '2003-ascii', 11, '123456789012', '123456789012'],
  ['DE39 of 1993 packed', '1993-binary', 39, '116', '0116'],
  ['DE72 of 2003: four digits of length', '2003-ascii', 72, '0102', '00020102'],
]

const dialects = new Map(NAMES.map((name) => [name, editionOf(name)]))

for (const [name, edition, element, value, line] of CASES) {
  test(`${edition}: ${name} (DE${element})`, (t) => {
    const dialect = dialects.get(edition) ?? editionOf(edition)
    const message = { mti: '0100', fields: { [element]: value } }
    const bytes = dialect.pack(message)
    const isText = edition.endsWith('ascii')
    const bitmaps = element > 64 ? 2 : 1
    const start = isText ? 4 + 16 * bitmaps : 2 + 8 * bitmaps
    const packed = bytes.subarray(start).toString(isText ? 'latin1' : 'hex')
    t.is(isText ? packed : packed.toUpperCase(), line)
    t.deepEqual(dialect.unpack(bytes), message)
  })
}

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').toUpperCase()
}
