import test from 'ava'
import type { PinTranslated } from '#control'
import { Secret } from '#domain'
import { openDesk, sale, settle } from './desk.ts'

const PIN = { block: '0123456789ABCDEF', format: 'iso-0', key: 'TPK-1' }
const CARD = { pan: '4539578763621486', expiry: '3012', entryMode: 'terminal' }
const debit = (id: string, change: object = {}) => sale(id, { card: CARD, pin: PIN, ...change })

function pinsThat(...answers: readonly PinTranslated[]) {
  let asked = 0
  const pins = {
    async translate() {
      asked += 1
      const answer = answers[Math.min(asked, answers.length) - 1]
      if (answer === undefined) throw new TypeError('no more answers')
      return answer
    },
  }
  return { pins, asked: () => asked }
}

const TRANSLATED = { kind: 'translated', block: new Secret('FEDCBA9876543210') } as const

test('the host is asked with the block that was made for it', async (t) => {
  const { pins } = pinsThat(TRANSLATED)
  const desk = await openDesk({ parts: { pins } })
  t.like(await desk.tell(debit('p-1')), { outcome: 'approved' })
  t.is(desk.asked[0]?.fields['52'], 'FEDCBA9876543210')
})

const REFUSED: readonly [PinTranslated, object][] = [
  [{ kind: 'unusable' }, { code: 'PIN_UNUSABLE', field: 'pin' }],
  [{ kind: 'key-unknown' }, { code: 'PIN_UNUSABLE', field: 'pin.key' }],
  [{ kind: 'not-taken' }, { code: 'NOT_SUPPORTED_BY_HOST', field: 'pin' }],
]

for (const [answer, error] of REFUSED) {
  test(`a PIN that is ${answer.kind} leaves nothing behind, and holds no place`, async (t) => {
    const { pins } = pinsThat(answer, TRANSLATED)
    const desk = await openDesk({ parts: { pins } })
    t.like(await desk.tell(debit('p-1')), { type: 'error', error })
    t.is(desk.placesHeld(), 0)
    t.deepEqual(desk.asked, [])
    t.like(await desk.tell(debit('p-1')), { outcome: 'approved' })
  })
}

test('a repeat has its answer though its PIN cannot be used any more', async (t) => {
  const { pins } = pinsThat(TRANSLATED, { kind: 'unusable' })
  const desk = await openDesk({ parts: { pins } })
  t.like(await desk.tell(debit('p-1')), { outcome: 'approved' })
  t.like(await desk.tell(debit('p-1')), { outcome: 'approved' })
  t.is(desk.asked.length, 1)
})

test('no PIN is translated for a request that is refused anyway', async (t) => {
  const { pins, asked } = pinsThat(TRANSLATED)
  const desk = await openDesk({ parts: { pins } })
  t.like(await desk.tell(debit('p-1', { card: { ...CARD, expiry: '2001' } })), { type: 'error' })
  t.like(await desk.tell(debit('p-2', { time: '2020-01-01T00:00:00Z' })), { type: 'error' })
  t.is(asked(), 0)
})

test('the reversal of a debit has no PIN block', async (t) => {
  const { pins } = pinsThat(TRANSLATED)
  const desk = await openDesk({
    parts: { pins },
    script: () => ({ kind: 'unknown', reason: 'host-silent' }),
  })
  t.like(await desk.tell(debit('p-1')), { outcome: 'unknown' })
  const forwarding = desk.forward()
  forwarding.wake()
  await settle()
  t.is(desk.forwarded[0]?.mti, '0420')
  t.is(desk.forwarded[0]?.fields['52'], undefined)
  await forwarding.stop()
})
