import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { currencyOf, type Payment, type PaymentOutcome, type RefusalCode } from '#domain'
import { answerOf, cardAnswer, echoAnswer, errorAnswer, unseenAnswer } from '#processing'
import { schemas } from './meridian.ts'

const usd = currencyOf('USD')
if (!usd) throw new Error('no dollars')

const ajv = new Ajv2020({ strict: false, allErrors: true })
for (const schema of Object.values(schemas)) ajv.addSchema(schema)

const begun: Payment = {
  merchant: 'M-1001',
  id: 'order-1',
  operation: 'payment.sale',
  amount: { minor: 1250n, currency: usd },
  acceptPartial: true,
  fingerprint: new Uint8Array(32),
  panMasked: '453957******1486',
  panHash: new Uint8Array(32),
  exchange: {
    host: 'meridian',
    mti: '0200',
    stan: 101,
    transmittedAt: '1122100000',
    rrn: '632610000101',
    terminal: 'TERM0001',
  },
  sealedImage: new Uint8Array(1),
  businessDate: '2026-11-22',
  begunAtMs: Date.UTC(2026, 10, 22, 10),
  state: 'begun',
}

function concluded(outcome: PaymentOutcome): Payment {
  return { ...begun, state: outcome.state, outcome }
}

const decidedAtMs = Date.UTC(2026, 10, 22, 10, 0, 0, 250)
const PENDING = {
  type: 'payment.answer',
  id: 'order-1',
  merchant: 'M-1001',
  operation: 'payment.sale',
  outcome: 'pending',
  amount: { value: '1250', currency: 'USD' },
  rrn: '632610000101',
  stan: '000101',
  card: '453957******1486',
  time: '2026-11-22T10:00:00.000Z',
}
const time = '2026-11-22T10:00:00.250Z'

function check(title: string, payment: Payment, expected: object): void {
  test(title, (t) => {
    const text = answerOf(payment)
    t.deepEqual(JSON.parse(text), expected)
    t.true(
      ajv.validate(
        'https://sallyport.example/messages/payment.answer.schema.json',
        JSON.parse(text),
      ),
    )
    t.is(answerOf(structuredClone(payment)), text)
  })
}

check('a begun payment is pending', begun, PENDING)
check(
  'an approval is told with all that the host said',
  concluded({
    state: 'approved',
    decidedAtMs,
    responseCode: '00',
    approvalCode: '899819',
    checks: { cvv2: 'match', address: 'street-only' },
    details: { settlementDate: '1122', networkReference: 'M11221000000101' },
    carried: { '38': '899819' },
  }),
  {
    ...PENDING,
    outcome: 'approved',
    approvedAmount: { value: '1250', currency: 'USD' },
    responseCode: '00',
    approvalCode: '899819',
    checks: { cvv2: 'match', address: 'street-only' },
    settlementDate: '1122',
    networkReference: 'M11221000000101',
    time,
  },
)
check(
  'a partial approval says how much',
  concluded({ state: 'approved', decidedAtMs, responseCode: '10', approvedMinor: 1000n }),
  {
    ...PENDING,
    outcome: 'partial',
    approvedAmount: { value: '1000', currency: 'USD' },
    responseCode: '10',
    time,
  },
)
check(
  'a partial approval that does not stand promises nothing',
  concluded({
    state: 'unknown',
    reason: 'partial-not-accepted',
    decidedAtMs,
    responseCode: '10',
    approvalCode: '899819',
    approvedMinor: 1000n,
  }),
  {
    ...PENDING,
    outcome: 'unknown',
    reason: 'partial-not-accepted',
    reversal: 'under-way',
    responseCode: '10',
    time,
  },
)
const APPROVAL: PaymentOutcome = { state: 'approved', decidedAtMs, approvalCode: '899819' }
check(
  'an approval that is being reversed promises nothing',
  { ...concluded(APPROVAL), state: 'reversing' },
  { ...PENDING, outcome: 'reversing', reversal: 'under-way', time },
)
check(
  'a reversal that the host acknowledged is told',
  { ...concluded({ state: 'unknown', reason: 'link-lost', decidedAtMs }), state: 'reversed' },
  { ...PENDING, outcome: 'reversed', reason: 'link-lost', reversal: 'confirmed', time },
)
check(
  'a reversal of what the host never had is told',
  { ...concluded(APPROVAL), state: 'reversed_not_found' },
  { ...PENDING, outcome: 'reversed', reversal: 'nothing-found', time },
)
const hold: Payment = {
  ...concluded({ ...APPROVAL, details: { settlementDate: '1122', networkReference: 'N1' } }),
  operation: 'payment.authorize',
}
const capture = { amountMinor: 1000n, businessDate: '2026-11-24', askedAtMs: decidedAtMs }
const CAPTURED = {
  ...PENDING,
  operation: 'payment.authorize',
  approvedAmount: PENDING.amount,
  capturedAmount: { value: '1000', currency: 'USD' },
  approvalCode: '899819',
  networkReference: 'N1',
  time,
}
check(
  'a capture under way is told with its amount, beside all that was approved',
  { ...hold, state: 'capturing', capture },
  { ...CAPTURED, outcome: 'capturing', settlementDate: '1122' },
)
check(
  'what is captured settles on the day of its capture',
  { ...hold, state: 'captured', capture: { ...capture, settlementDate: '2026-11-25' } },
  { ...CAPTURED, outcome: 'captured', settlementDate: '1125' },
)
const partly = { ...hold.outcome, state: 'approved', decidedAtMs, approvedMinor: 1100n } as const
check(
  'a capture of what was approved in part is a capture',
  { ...hold, outcome: partly, state: 'capturing', capture },
  {
    ...{ ...CAPTURED, outcome: 'capturing', settlementDate: '1122' },
    approvedAmount: { value: '1100', currency: 'USD' },
  },
)
check('a decline is told', concluded({ state: 'declined', decidedAtMs, responseCode: '51' }), {
  ...PENDING,
  outcome: 'declined',
  responseCode: '51',
  time,
})
check('a failure is told', concluded({ state: 'failed', reason: 'not-sent', decidedAtMs }), {
  ...PENDING,
  outcome: 'failed',
  reason: 'not-sent',
  time,
})

test('an inquiry is answered under its own id and names the payment', (t) => {
  t.like(JSON.parse(answerOf(begun, 'ask-1')), { id: 'ask-1', payment: 'order-1' })
})

test('a card is told by its token, and that it is forgotten once it is', (t) => {
  const token = 'tok_abcdefghijklmnopabcdefghijklmnop'
  const kept = { merchant: 'M-1001', token, panMasked: '453957******1486', registeredAtMs: 1_000 }
  const schema = 'https://sallyport.example/messages/card.answer.schema.json'
  const [told, end] = [kept, { ...kept, forgottenAtMs: 2_000 }].map((it) =>
    JSON.parse(cardAnswer(it, 'card-1')),
  )
  t.like(told, { id: 'card-1', outcome: 'registered', time: '1970-01-01T00:00:01.000Z' })
  t.like(end, { token, outcome: 'forgotten', time: '1970-01-01T00:00:02.000Z' })
  for (const answer of [told, end]) t.true(ajv.validate(schema, answer))
})

test('a reversal of what never came is told under the ids of both', (t) => {
  const request = { merchant: 'M-1001', id: 'undo-1', sentAtMs: 0, payment: 'order-7' }
  const answer = JSON.parse(
    unseenAnswer({ operation: 'payment.reverse', ...request }, Date.UTC(2026, 10, 22, 10)),
  )
  t.deepEqual(answer, {
    type: 'reversal.answer',
    id: 'undo-1',
    payment: 'order-7',
    merchant: 'M-1001',
    outcome: 'unseen',
    time: '2026-11-22T10:00:00.000Z',
  })
  t.true(ajv.validate('https://sallyport.example/messages/reversal.answer.schema.json', answer))
})

test('an error says code, field, reason and when to try again', (t) => {
  const schema = 'https://sallyport.example/messages/error.schema.json'
  const whole = { code: 'BUSY', field: 'a.b', reason: 'r', retryAfterMs: 5 } as const
  t.is(
    errorAnswer(whole, 'x'),
    '{"type":"error","id":"x","error":{"code":"BUSY","field":"a.b","reason":"r","retryAfterMs":5}}',
  )
  t.true(ajv.validate(schema, JSON.parse(errorAnswer(whole, 'x'))))
  t.is(
    errorAnswer({ code: 'TYPE_UNKNOWN', reason: 'r' }),
    '{"type":"error","error":{"code":"TYPE_UNKNOWN","reason":"r"}}',
  )
})

test('the schema of errors lists every code of the domain', (t) => {
  const codes: Readonly<Record<RefusalCode, true>> = {
    JSON_MALFORMED: true,
    TYPE_UNKNOWN: true,
    FIELD_MISSING: true,
    FIELD_UNKNOWN: true,
    FIELD_INVALID: true,
    MERCHANT_MISMATCH: true,
    MERCHANT_INACTIVE: true,
    TERMINAL_UNKNOWN: true,
    CURRENCY_NOT_ACCEPTED: true,
    CARD_EXPIRED: true,
    SANDBOX_CARD: true,
    PIN_UNUSABLE: true,
    TOKEN_UNKNOWN: true,
    TIME_OUTSIDE_WINDOW: true,
    ID_CONFLICT: true,
    PAYMENT_NOT_FOUND: true,
    PAYMENT_REVERSED: true,
    REVERSAL_NOT_ALLOWED: true,
    INCREMENT_NOT_ALLOWED: true,
    REFUND_NOT_ALLOWED: true,
    CAPTURE_NOT_ALLOWED: true,
    CAPTURE_CONFLICT: true,
    TAB_NOT_FOUND: true,
    TAB_NOT_ALLOWED: true,
    CHARGE_NOT_FOUND: true,
    NOT_SUPPORTED_BY_HOST: true,
    HOST_UNAVAILABLE: true,
    BUSY: true,
    DRAINING: true,
  }
  const schema = 'https://sallyport.example/messages/error.schema.json'
  for (const code of Object.keys(codes)) {
    t.true(ajv.validate(schema, { type: 'error', error: { code, reason: 'r' } }), code)
  }
  t.false(ajv.validate(schema, { type: 'error', error: { code: 'OTHER', reason: 'r' } }))
})

test('an echo is answered with the time', (t) => {
  t.is(
    echoAnswer('e-1', decidedAtMs),
    '{"type":"echo.answer","id":"e-1","time":"2026-11-22T10:00:00.250Z"}',
  )
})
