import test from 'ava'
import { compileDialect, type Message } from '#iso8583'
import {
  carriedMac,
  coveredBytes,
  packWithMac,
  withoutMac,
} from '../../../../src/communication/host/macs/carrying.ts'
import type { MacRules } from '../../../../src/communication/host/macs/mac-rules.ts'
import { dissect } from '../../../oracles/tshark.ts'
import { dialect, dialectSpec, sale } from '../meridian.ts'
import { IN_53, macRulesWith } from './mac-spec.ts'

const MAC = 'A1B2C3D4'

/** A message with this MAC whatever it covers, and what was covered. */
function written(message: Message, rules: MacRules, index = '', through = dialect) {
  let covered = ''
  const macOf = (bytes: Uint8Array) => {
    covered = Buffer.from(bytes).toString('latin1')
    return MAC
  }
  const bytes = packWithMac(message, { rules, dialect: through }, { index, macOf })
  return { bytes, covered, text: Buffer.from(bytes).toString('latin1') }
}

/** 0200 with 3, 4, 7, 11 and 41. */
const SALE = sale(7)
const SALE_FIELDS = '000000' + '000000001000' + '1122100000' + '000007' + 'TERM0001'

test('a message of one bitmap has its MAC in 64, its bit set; all before it is covered', (t) => {
  const { text, covered } = written(SALE, macRulesWith())
  t.is(covered, `02003220000000800001${SALE_FIELDS}`)
  t.is(text, `${covered}A1B2C3D400000000`)
})

test('a message with a second bitmap has it in 128, and in 64 nothing', (t) => {
  const echo = { mti: '0800', fields: { 7: '1122100000', 11: '000007', 70: '301' } }
  const { text, covered } = written(echo, macRulesWith())
  t.is(covered, '0800' + '82200000000000000400000000000001' + '1122100000000007301')
  t.is(text, `${covered}A1B2C3D400000000`)
})

test('Wireshark’s dissector finds the MAC there as well', (t) => {
  const echo = { mti: '0800', fields: { 7: '1122100000', 11: '000007', 70: '301' } }
  const wires = [SALE, echo].map((message) => Buffer.from(written(message, macRulesWith()).bytes))
  const [first, second] = dissect(wires, 'text')
  const foundAt = (at: typeof first, element: string) =>
    String(at?.[`iso8583.bit${element}`]).replaceAll(':', '').toUpperCase()
  t.is(foundAt(first, '64'), 'A1B2C3D400000000')
  t.is(foundAt(second, '128'), 'A1B2C3D400000000')
})

test('a host that has it in 128 only gets a second bitmap for it', (t) => {
  const { text } = written(SALE, macRulesWith({ elements: ['128'] }))
  t.is(text, `0200B2200000008000000000000000000001${SALE_FIELDS}A1B2C3D400000000`)
})

test('the element of the MAC may be covered too, as zeros', (t) => {
  const { text, covered } = written(SALE, macRulesWith({ covers: 'mac-as-zeros' }))
  t.is(covered, `02003220000000800001${SALE_FIELDS}0000000000000000`)
  t.is(text.slice(0, -16), covered.slice(0, -16))
})

const LIST = ['41', '4', 'mti', '2', '32']
const LISTED = { ...SALE, fields: { ...SALE.fields, 32: '445566' } }

test('a list of elements is covered in the message’s order, without what is not there', (t) => {
  const rules = macRulesWith({ covers: LIST, lengthsCovered: true })
  t.is(written(LISTED, rules).covered, '0200' + '000000001000' + '06445566' + 'TERM0001')
  const bare = macRulesWith({ covers: LIST, lengthsCovered: false })
  t.is(written(LISTED, bare).covered, '0200' + '000000001000' + '445566' + 'TERM0001')
})

test('the number of the key stands in its element, and is covered', (t) => {
  const rules = macRulesWith({ keyIndex: IN_53 }, { keyIndex: IN_53 })
  const { bytes, covered } = written(SALE, rules, '07')
  t.true(covered.endsWith('TERM0001' + '0700000000000000'))
  t.is(dialect.unpack(bytes).fields['53'], '0700000000000000')
  t.is(carriedMac(dialect.unpack(bytes), rules)?.index, '07')
})

test('the number may stand behind the MAC in one element', (t) => {
  const inMac = { keyIndex: { in: 'mac', from: 10, digits: 2 } }
  const rules = macRulesWith(inMac, { keyIndex: IN_53 })
  const { text, bytes } = written(SALE, rules, '42')
  t.true(text.endsWith('A1B2C3D4' + '00' + '42' + '0000'))
  t.like(carriedMac(dialect.unpack(bytes), rules), { mac: MAC, index: '42' })
})

/** The host in whose 128 text stands, filled with spaces, as some switches have it. */
const SPACED = compileDialect({
  ...(dialectSpec as object),
  fields: {
    ...(dialectSpec as { readonly fields: object }).fields,
    '128': { name: 'MAC', content: 'ans', length: 16, pad: { side: 'right', with: ' ' } },
  },
})

test('where the dialect fills the element with spaces, nothing else does', (t) => {
  const keyIndex = { in: 'mac', from: 8, digits: 1 } as const
  const changed = { keyIndex, elements: ['128'] }
  const rules = macRulesWith(changed, { keyIndex: { ...IN_53, digits: 1 } }, SPACED)
  const { text, bytes } = written(SALE, rules, '3', SPACED)
  t.true(text.endsWith('TERM0001' + 'A1B2C3D43       '))
  t.like(carriedMac(SPACED.unpack(bytes), rules), { mac: MAC, index: '3' })
})

test('what is heard is covered as it was written, whatever it covers', (t) => {
  for (const covers of ['up-to-mac', 'mac-as-zeros', LIST]) {
    const lengths = Array.isArray(covers) ? { lengthsCovered: true } : {}
    const rules = macRulesWith({ covers, ...lengths })
    const { bytes, covered } = written(LISTED, rules)
    const carried = carriedMac(dialect.unpack(bytes), rules)
    if (carried === undefined) return t.fail()
    const heard = coveredBytes(bytes, carried.carrier, { ...rules, dialect })
    t.is(Buffer.from(heard).toString('latin1'), covered)
    t.is(carried.mac, MAC)
  }
})

test('a MAC in another place than the last, a second one, or none, is as good as none', (t) => {
  const rules = macRulesWith()
  const at = (fields: Message['fields']) =>
    carriedMac({ mti: '0210', fields: { ...SALE.fields, ...fields } }, rules)
  const mac = 'A1B2C3D400000000'
  t.truthy(at({ 64: mac }))
  t.truthy(at({ 70: '301', 128: mac }))
  t.is(at({}), undefined)
  t.is(at({ 128: mac }), undefined)
  t.is(at({ 64: mac, 128: mac }), undefined)
  t.is(at({ 64: mac, 70: '301' }), undefined)
  t.is(at({ 64: mac, 70: '301', 128: mac }), undefined)
})

test('a message goes on without its MAC and the number of its key', (t) => {
  const rules = macRulesWith({ keyIndex: IN_53 }, { keyIndex: IN_53 })
  const { bytes } = written(SALE, rules, '01')
  t.deepEqual(withoutMac(dialect.unpack(bytes), rules), dialect.unpack(dialect.pack(SALE)))
})

test('nothing is written behind which the MAC has no place', (t) => {
  const rules = macRulesWith({ elements: ['64'], functions: [] })
  const message = { ...SALE, fields: { ...SALE.fields, 90: '0'.repeat(42) } }
  t.throws(() => written(message, rules), { instanceOf: TypeError })
})
