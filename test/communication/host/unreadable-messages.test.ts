import test from 'ava'
import type { Message } from '#iso8583'
import { until } from '../until.ts'
import { ask, openLink, openSignedOn, roomIn } from './link-under-test.ts'
import { answerTo, dialect, profile, sale } from './meridian.ts'
import { type HostEnd, startScriptedHost } from './scripted-host.ts'

const GARBAGE: readonly [what: string, hex: string][] = [
  ['a frame that holds no message', '0004deadbeef'],
  ['a message with bytes behind it', `0008${Buffer.from('0810').toString('hex')}00000000`],
  ['a frame over the limit', '1001'],
]

for (const [what, hex] of GARBAGE) {
  test(`after ${what}, all that is pending on the line is unknown and the line ends`, async (t) => {
    const { link, ends } = await openSignedOn(t, { connections: 2 })
    const [one, two] = ends
    const asked = [1, 2, 3, 4].map((stan) => ask(link, sale(stan)))
    await one?.hear('0200', 2)
    const kept = await two?.hear('0200', 2)
    one?.sendBytes(Buffer.from(hex, 'hex'))
    await until(() => link.counters().linesOpen === 1, 'the line ended')
    t.is(link.counters().answersUnreadable, 2)
    for (const request of kept ?? []) two?.send(answerTo(request))
    const kinds = (await Promise.all(asked)).map((it) =>
      it.kind === 'unknown' ? it.reason : it.kind,
    )
    t.deepEqual(kinds.sort(), ['answer-unreadable', 'answer-unreadable', 'answered', 'answered'])
  })
}

test('an answer with a byte too many spoils its own exchange, and the line goes on', async (t) => {
  const { link, end, strays } = await openSignedOn(t)
  const asked = [1, 2].map((stan) => ask(link, sale(stan)))
  const [first = sale(0), second = sale(0)] = await end.hear('0200', 2)
  sendSpoilt(end, first)
  t.deepEqual(await asked[0], { kind: 'unknown', reason: 'answer-unreadable' })
  end.send(answerTo(second))
  t.is((await asked[1])?.kind, 'answered')
  t.like(link.counters(), { linesOpen: 1, messagesUnreadable: 1, answersUnreadable: 1 })
  t.is(link.counters().requestsOpen, 0)
  end.send(answerTo(first))
  await until(() => strays.length === 1, 'the answer, now whole, is reported')
  t.is(strays[0]?.kind, 'late')
})

test('a request whose answer was spoilt has none: its repeat may be asked, and no other', async (t) => {
  const { link, end } = await openSignedOn(t)
  const reversal = { ...sale(1), mti: '0420' }
  const asked = ask(link, reversal)
  await end.hear('0420')
  sendSpoilt(end, reversal)
  t.is((await asked).kind, 'unknown')
  t.deepEqual(await ask(link, reversal), { kind: 'not-sent' })
  const repeated = ask(link, { ...reversal, mti: '0421' })
  await end.hear('0421')
  end.send({ ...answerTo(reversal), mti: '0430' })
  t.is((await repeated).kind, 'answered')
})

test('a spoilt answer that comes late, or twice, takes no line with it', async (t) => {
  const { link, end, clock } = await openSignedOn(t)
  const late = ask(link, sale(1))
  await end.hear('0200')
  clock.advance(15_000)
  t.deepEqual(await late, { kind: 'unknown', reason: 'host-silent' })
  const asked = ask(link, sale(2))
  await end.hear('0200', 2)
  sendSpoilt(end, sale(1))
  sendSpoilt(end, sale(1))
  end.send(answerTo(sale(2)))
  t.is((await asked).kind, 'answered')
  t.like(link.counters(), { linesOpen: 1, messagesUnreadable: 2, answersUnreadable: 0 })
})

for (const [what, message] of [
  ['answer that nobody waits for', answerTo(sale(2))],
  ['second answer to what was answered', answerTo(sale(3))],
  ['answer of another class', { ...answerTo(sale(1)), mti: '0410' }],
  ['request with the key of one of ours', sale(1)],
] as const) {
  test(`a spoilt ${what} ends the line`, async (t) => {
    const { link, end } = await openSignedOn(t)
    const answered = ask(link, sale(3))
    await end.hear('0200')
    end.send(answerTo(sale(3)))
    await answered
    const asked = ask(link, sale(1))
    await end.hear('0200', 2)
    end.sendBytes(profile.header.wrap(withOneByteTooMany(message)))
    t.deepEqual(await asked, { kind: 'unknown', reason: 'answer-unreadable' })
    t.is(link.counters().linesOpen, 0)
  })
}

test('ten spoilt answers in a row end the line, with all that is open on it', async (t) => {
  const { link, end } = await openSignedOn(t)
  async function spoil(stans: readonly number[]): Promise<void> {
    for (const stan of stans) {
      const asked = ask(link, sale(stan))
      await end.hear('0200', stan)
      sendSpoilt(end, sale(stan))
      t.deepEqual(await asked, { kind: 'unknown', reason: 'answer-unreadable' })
    }
  }
  await spoil([1, 2, 3, 4, 5, 6, 7, 8, 9])
  const good = ask(link, sale(10))
  await end.hear('0200', 10)
  end.send(answerTo(sale(10)))
  t.is((await good).kind, 'answered')
  await spoil([11, 12, 13, 14, 15, 16, 17, 18, 19])
  t.is(link.counters().linesOpen, 1)
  const open = ask(link, sale(20))
  await end.hear('0200', 20)
  await spoil([21])
  t.deepEqual(await open, { kind: 'unknown', reason: 'answer-unreadable' })
  t.is(link.counters().linesOpen, 0)
})

test('a spoilt answer to a sign-on is no yes', async (t) => {
  const host = await startScriptedHost({ answer: () => undefined })
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const { link, logged } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  const end = await host.end()
  const [signOn = sale(0)] = await end.hear('0800')
  sendSpoilt(end, signOn)
  await until(() => link.counters().linesEnded === 1, 'the line ended')
  t.true(logged.includes('host-sign-on-failed'))
  t.is(roomIn(link), 'down')
})

test('a spoilt answer to an echo is a sign of life', async (t) => {
  const { link, end, clock } = await openSignedOn(t, { script: { answer: onlySignOns } })
  for (const count of [1, 2, 3]) {
    clock.advance(profile.echoIdleMs)
    const echo = (await end.hear('0800', count + 1)).at(-1)
    sendSpoilt(end, echo ?? sale(0))
    await until(() => link.counters().messagesUnreadable === count, 'the answer was heard')
  }
  t.like(link.counters(), { linesReady: 1, echoesMissed: 0, answersUnreadable: 3 })
})

test('answers that were whole before a bad frame reach whoever asked', async (t) => {
  const { link, end } = await openSignedOn(t)
  const asked = [1, 2].map((stan) => ask(link, sale(stan)))
  const [request = sale(0)] = await end.hear('0200', 2)
  const good = profile.header.wrap(dialect.pack(answerTo(request)))
  end.sendBytes(Buffer.concat([good, Buffer.from('ffff', 'hex')]))
  const [first, second] = await Promise.all(asked)
  t.is(first?.kind, 'answered')
  t.deepEqual(second, { kind: 'unknown', reason: 'answer-unreadable' })
})

test('an answer cut off at any byte leaves the outcome unknown', async (t) => {
  const { link, end, clock, host } = await openSignedOn(t)
  const frame = profile.header.wrap(dialect.pack(answerTo(sale(1))))
  const fields = { '7': '1122220000', '11': '900001', '70': '301' }
  const echo = profile.header.wrap(dialect.pack({ mti: '0800', fields }))
  for (const cut of [1, 2, 3, frame.length - 1]) {
    const count = host.ends.length
    const current = host.ends[count - 1] ?? end
    const reply = ask(link, sale(cut))
    await current.hear('0200')
    // An echo before it, in one piece: when that is answered, the beginning was heard too.
    current.sendBytes(Buffer.concat([echo, frame.subarray(0, cut)]))
    await current.hear('0810')
    clock.advance(9000)
    t.is(link.counters().linesOpen, 1)
    clock.advance(2500)
    t.deepEqual(await reply, { kind: 'unknown', reason: 'answer-unreadable' })
    clock.advance(500)
    await host.end(count + 1)
    t.true(await link.untilReady(60_000))
  }
})

function onlySignOns(message: Message): Message | undefined {
  return message.fields['70'] === profile.network.signOn ? answerTo(message) : undefined
}

/** Answer, with a byte behind the answer that is of no element. */
function sendSpoilt(end: HostEnd, request: Message): void {
  end.sendBytes(profile.header.wrap(withOneByteTooMany(answerTo(request))))
}

function withOneByteTooMany(message: Message): Buffer {
  return Buffer.concat([dialect.pack(message), Buffer.of(0)])
}
