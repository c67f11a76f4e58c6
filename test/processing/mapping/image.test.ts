import test from 'ava'
import fc from 'fast-check'
import { exchangeFacts } from '#processing'
import {
  bareSale,
  dialect,
  fullSale,
  host,
  mapping,
  merchant,
  NOW_MS,
  payment,
} from '../meridian.ts'

const facts = exchangeFacts(NOW_MS, 101, host)

function imageOf(body: object): { text: string; fields: Record<string, unknown> } {
  const written = mapping.toHost(payment(body), merchant, facts)
  if (written.kind === 'refused') throw new Error(written.refusal.code)
  const text = Buffer.from(mapping.storedImage(written.message)).toString()
  return { text, fields: JSON.parse(text).fields }
}

test('what is kept of a message is all of it but the verification value', (t) => {
  const { fields } = imageOf(fullSale)
  const whole = mapping.toHost(payment(fullSale), merchant, facts)
  if (whole.kind === 'refused') return t.fail()
  const { '92': cvv2, ...rest } = whole.message.fields['48'] as Record<string, string>
  t.is(cvv2, '737')
  t.deepEqual(fields, { ...whole.message.fields, '48': rest })
})

test('a composite that held nothing else goes whole', (t) => {
  const card = { ...bareSale.card, cvv2: '737' }
  t.false('48' in imageOf({ ...bareSale, card }).fields)
})

test('the message itself is left as it was', (t) => {
  const written = mapping.toHost(payment(fullSale), merchant, facts)
  if (written.kind === 'refused') return t.fail()
  const before = dialect.pack(written.message)
  mapping.storedImage(written.message)
  t.deepEqual(dialect.pack(written.message), before)
})

test('no element that the dialect marks is kept, wherever it stands', (t) => {
  const marked = ['35', '36', '45', '52'].filter((it) => dialect.field(it)?.sensitive === 'sad')
  t.true(marked.length >= 3)
  const fields = Object.fromEntries(marked.map((element) => [element, '9999']))
  const message = { mti: '0200', fields: { ...fields, '3': '000000', '48': '9999' } }
  const kept = Buffer.from(mapping.storedImage(message)).toString()
  t.is(kept, '{"mti":"0200","fields":{"3":"000000"}}')
})

test('no verification value is in any image', (t) => {
  const cvv2 = fc.stringMatching(/^[0-9]{3,4}$/)
  const marker = fc.tuple(cvv2, fc.boolean()).map(([value, full]) => {
    const body = full ? fullSale : bareSale
    return { ...body, card: { ...body.card, cvv2: value } }
  })
  fc.assert(
    fc.property(marker, (body) => {
      const { fields } = imageOf(body)
      const extra = fields['48'] as Record<string, string> | undefined
      return extra?.['92'] === undefined
    }),
  )
  t.pass()
})
