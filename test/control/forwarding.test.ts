import test from 'ava'
import fc from 'fast-check'
import type { HostReply } from '#control'
import type { Message } from '#iso8583'
import {
  acknowledgementOf,
  answerTo,
  type Desk,
  type HostScript,
  openDesk,
  pass,
  sale,
  settle,
} from './desk.ts'

const silent: HostReply = { kind: 'unknown', reason: 'host-silent' }
const lost: HostReply = { kind: 'unknown', reason: 'link-lost' }
const notSent: HostReply = { kind: 'not-sent' }

const coded = (code: string): HostScript => {
  return (sent) => acknowledgementOf(sent, { 39: code })
}

/** A desk with one payment whose answer never came, `order-1`. */
async function openOwing(...replies: readonly (HostReply | HostScript)[]): Promise<Desk> {
  const owedScript: HostScript = (sent, index) => {
    const reply = replies[Math.min(index, replies.length - 1)] ?? acknowledgementOf(sent)
    return typeof reply === 'function' ? reply(sent, index) : reply
  }
  const desk = await openDesk({ script: () => silent, owedScript })
  await desk.tell(sale('order-1'))
  return desk
}

async function stateOf(desk: Desk, id = 'order-1'): Promise<string | undefined> {
  return (await desk.parts.store.find('M-1001', id))?.state
}

const mtis = (messages: readonly Message[]) => messages.map(({ mti }) => mti)

test('an unknown outcome is reversed at once, with DE90 and DE95 of the original', async (t) => {
  const desk = await openDesk({ script: () => silent })
  desk.forward()
  t.like(await desk.tell(sale('order-1')), { outcome: 'unknown', reversal: 'under-way' })
  await settle()
  const [asked] = desk.asked
  const [sent] = desk.forwarded
  t.is(sent?.mti, '0420')
  t.deepEqual(sent?.fields['90'], {
    mti: '0200',
    stan: asked?.fields['11'],
    transmittedAt: asked?.fields['7'],
    acquirer: '00000445566',
    forwarder: '00000000000',
  })
  t.is(await stateOf(desk), 'reversed')
  t.is(desk.placesHeld(), 0)
  t.like(await desk.tell(sale('order-1')), { outcome: 'reversed', reversal: 'confirmed' })
})

test('a declined and an approved payment are not reversed', async (t) => {
  const script: HostScript = (sent, index) =>
    answerTo(sent, index === 0 ? { 39: '51', 38: undefined } : {})
  const desk = await openDesk({ script })
  desk.forward()
  await desk.tell(sale('order-1'))
  await desk.tell(sale('order-2'))
  await pass(desk, 5)
  t.is(desk.forwarded.length, 0)
})

test('silence is answered by repeats under the same number and time, until one is acknowledged', async (t) => {
  const desk = await openOwing(silent, lost, coded('00'))
  desk.forward()
  await pass(desk, 10)
  t.deepEqual(mtis(desk.forwarded), ['0420', '0421', '0421'])
  const [first, ...repeats] = desk.forwarded
  for (const repeat of repeats) t.deepEqual(repeat.fields, first?.fields)
  t.is(await stateOf(desk), 'reversed')
  await pass(desk, 60)
  t.is(desk.forwarded.length, 3)
})

test('rests double from the least to the greatest, and there is no last attempt', async (t) => {
  const desk = await openOwing(silent)
  desk.forward({ retryMinMs: 1_000, retryMaxMs: 4_000 })
  await settle()
  const counts: number[] = []
  for (let second = 0; second < 20; second++) {
    await pass(desk, 1)
    counts.push(desk.forwarded.length)
  }
  // At 0, then after 1, 2, 4, 4, 4 seconds.
  t.deepEqual(counts, [2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7])
})

test('what never left is sent as a repeat all the same, for its number was on disk', async (t) => {
  const desk = await openOwing(notSent, coded('00'))
  desk.forward()
  await pass(desk, 3)
  t.deepEqual(mtis(desk.forwarded), ['0420', '0421'])
})

test('an original that is not found may still come: it is repeated beyond the longest delay', async (t) => {
  const desk = await openOwing(coded('25'))
  desk.forward({ lateAnswerMaxMs: 20_000 })
  await pass(desk, 20)
  t.is(await stateOf(desk), 'unknown')
  await pass(desk, 10)
  t.is(await stateOf(desk), 'reversed_not_found')
  t.like(await desk.tell(sale('order-1')), { outcome: 'reversed', reversal: 'nothing-found' })
})

test('an original that was overtaken is found by a repeat', async (t) => {
  const desk = await openOwing(coded('25'), coded('25'), coded('00'))
  desk.forward()
  await pass(desk, 10)
  t.is(await stateOf(desk), 'reversed')
})

test('a refusal stops it and leaves the payment as it is', async (t) => {
  const desk = await openOwing(coded('12'))
  desk.forward()
  await pass(desk, 100)
  t.is(desk.forwarded.length, 1)
  t.is(await stateOf(desk), 'unknown')
})

test('a mismatched acknowledgement is kept as evidence and settles nothing', async (t) => {
  const desk = await openOwing(
    (sent) => acknowledgementOf(sent, { 4: '000000000001' }),
    coded('00'),
  )
  desk.forward()
  await settle()
  t.is(await stateOf(desk), 'unknown')
  t.deepEqual(
    desk.kept.map(({ path }) => path),
    ['4'],
  )
  await pass(desk, 3)
  t.is(await stateOf(desk), 'reversed')
})

test('a code that means nothing settles nothing', async (t) => {
  const desk = await openOwing(coded('96'), coded('00'))
  desk.forward()
  await pass(desk, 3)
  t.deepEqual(mtis(desk.forwarded), ['0420', '0421'])
  t.is(await stateOf(desk), 'reversed')
})

test('no more are with the host at once than the limit, and each place is given back', async (t) => {
  let open = 0
  let most = 0
  const waiting: (() => void)[] = []
  const owedScript: HostScript = async (sent) => {
    open += 1
    most = Math.max(most, open)
    await new Promise<void>((resolve) => waiting.push(resolve))
    open -= 1
    return acknowledgementOf(sent)
  }
  const desk = await openDesk({ script: () => silent, owedScript })
  for (let index = 0; index < 9; index++) await desk.tell(sale(`order-${index}`))
  const forwarding = desk.forward({ parallelMax: 3 })
  await settle()
  t.is(most, 3)
  while (waiting.length > 0) {
    waiting.shift()?.()
    await settle()
  }
  t.is(most, 3)
  for (let index = 0; index < 9; index++) t.is(await stateOf(desk, `order-${index}`), 'reversed')
  await forwarding.stop()
  t.is(desk.placesHeld(), 0)
})

test('stopping takes nothing more and waits for what was taken', async (t) => {
  let answer = () => {}
  const owedScript: HostScript = async (sent) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return acknowledgementOf(sent)
  }
  const desk = await openDesk({ script: () => silent, owedScript })
  const forwarding = desk.forward()
  await desk.tell(sale('order-1'))
  await settle()
  let isStopped = false
  const stopped = forwarding.stop().then(() => {
    isStopped = true
  })
  await desk.tell(sale('order-2'))
  await settle()
  t.false(isStopped)
  answer()
  await stopped
  await pass(desk, 60)
  t.is(await stateOf(desk), 'reversed')
  t.is(await stateOf(desk, 'order-2'), 'unknown')
})

test('a store that fails to record an ending costs a lease, not the debt', async (t) => {
  let failures = 1
  const desk = await openDesk({
    script: () => silent,
    store: (real) => ({
      async endAttempt(...act) {
        if (failures-- > 0) throw new Error('the disk is away')
        await real.endAttempt(...act)
      },
    }),
  })
  desk.forward({ leaseMs: 10_000 })
  await desk.tell(sale('order-1'))
  await pass(desk, 9)
  t.is(await stateOf(desk), 'unknown')
  await pass(desk, 3)
  t.is(await stateOf(desk), 'reversed')
  t.deepEqual(mtis(desk.forwarded), ['0420', '0421'])
})

test('a host that is away for long is a matter for an operator, though nothing is attempted', async (t) => {
  const raised: number[] = []
  const desk = await openDesk({
    script: () => silent,
    store: (real) => ({
      async raiseOverdue(overdue) {
        raised.push(await real.raiseOverdue(overdue))
        return raised.at(-1) ?? 0
      },
    }),
  })
  await desk.tell(sale('order-1'))
  desk.forward({ overdueMs: 10_000 }, { host: { reserveOwed: () => ({ kind: 'down' }) } })
  await pass(desk, 20)
  t.is(desk.forwarded.length, 0)
  t.is(
    raised.slice(0, 10).reduce((sum, count) => sum + count),
    0,
  )
  t.is(
    raised.reduce((sum, count) => sum + count),
    1,
  )
})

test('a number that could not be kept is free again', async (t) => {
  let failures = 1
  const desk = await openDesk({
    script: () => silent,
    store: (real) => ({
      async numberOwed(...act) {
        if (failures-- > 0) throw new Error('the disk is away')
        await real.numberOwed(...act)
      },
    }),
  })
  await desk.tell(sale('order-1'))
  const resting = desk.parts.stans.openCount()
  desk.forward({ leaseMs: 10_000 })
  await settle()
  t.is(desk.forwarded.length, 0)
  t.is(desk.parts.stans.openCount(), resting)
  await pass(desk, 12)
  t.is(await stateOf(desk), 'reversed')
})

test('what cannot be written is refused to an operator, and is not tried again', async (t) => {
  const ended: string[] = []
  const desk = await openDesk({
    script: () => silent,
    store: (real) => ({
      async endAttempt(seq, end) {
        ended.push(end.kind)
        await real.endAttempt(seq, end)
      },
    }),
  })
  await desk.tell(sale('order-1'))
  const openImage = () => {
    throw new Error('sealed under a key that is gone')
  }
  desk.forward({}, { vault: { openImage } })
  await pass(desk, 100)
  t.deepEqual(ended, ['refused'])
  t.is(desk.forwarded.length, 0)
  t.is(desk.placesHeld(), 0)
})

test('whatever the host does before it acknowledges, every payment ends reversed, once', async (t) => {
  const replies: Readonly<Record<string, HostScript>> = {
    silent: () => silent,
    lost: () => lost,
    notSent: () => notSent,
    unclear: coded('96'),
    mismatched: (sent) => acknowledgementOf(sent, { 11: '999999' }),
    notFound: coded('25'),
  }
  const kind = fc.constantFrom(...Object.keys(replies))
  await fc.assert(
    fc.asyncProperty(
      fc.array(kind, { maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (faults, count) => {
        const owedScript: HostScript = (sent, index) =>
          (replies[faults[index] ?? ''] ?? coded('00'))(sent, index)
        const desk = await openDesk({ script: () => silent, owedScript })
        for (let index = 0; index < count; index++) await desk.tell(sale(`order-${index}`))
        const forwarding = desk.forward()
        await pass(desk, 150)
        for (let index = 0; index < count; index++) {
          t.is(await stateOf(desk, `order-${index}`), 'reversed')
        }
        const numbers = new Set(
          desk.forwarded.map(({ fields }) => `${fields['11']} ${fields['7']}`),
        )
        t.is(numbers.size, count)
        await forwarding.stop()
        t.is(desk.placesHeld(), 0)
      },
    ),
    { numRuns: 25 },
  )
})
