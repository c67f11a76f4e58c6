import test from 'ava'
import { until } from '../../until.ts'
import { ask, openLink, roomIn } from '../link-under-test.ts'
import { answerTo, dialect, sale } from '../meridian.ts'
import { dialGateway } from '../scripted-host.ts'
import {
  answerSale,
  bare,
  heardNetwork,
  hostAsks,
  maker,
  NOW_MS,
  openKeyed,
  sealed,
} from './host-with-macs.ts'
import { createFakeHolder, IN_53, keyNamed, parcelOf, profileWith } from './mac-spec.ts'

test('a payment leaves with its MAC, and its answer comes home without', async (t) => {
  const { link, end } = await openKeyed(t)
  const asked = ask(link, sale(7))
  const [heard = sale(0)] = await end.hear('0200')
  t.is(maker(heard, ['K1', 'K2']), 'K1')
  await answerSale(end, 'K1')
  const answer = dialect.unpack(dialect.pack(answerTo(sale(7))))
  t.deepEqual(await asked, { kind: 'answered', message: answer })
  t.like(link.counters(), { macsWrong: 0, answered: 2 })
})

const UNPROVEN: readonly [what: string, spoil: (answer: ReturnType<typeof sale>) => unknown][] = [
  ['the MAC of another key', (answer) => sealed(answer, 'K2')],
  ['no MAC', (answer) => answer],
  ['a MAC that was changed', (answer) => with64(answer, 'FFFFFFFF00000000')],
  ['a MAC of nothing', (answer) => with64(answer, '0000000000000000')],
  ['the MAC of another answer', (answer) => with64(answer, macOf(answerTo(sale(9))))],
  [
    'its MAC in another element',
    (answer) => ({ ...answer, fields: { ...answer.fields, 128: macOf(answer) } }),
  ],
  [
    'a MAC made before its code was changed',
    (answer) => ({ ...sealed(answer, 'K1'), fields: changed(sealed(answer, 'K1').fields) }),
  ],
]

const with64 = (message: ReturnType<typeof sale>, mac: string) => ({
  ...message,
  fields: { ...message.fields, 64: mac },
})
const macOf = (message: ReturnType<typeof sale>) => String(sealed(message, 'K1').fields['64'])
const changed = (fields: object) => ({ ...fields, 39: '05' })

for (const [what, spoil] of UNPROVEN) {
  test(`an answer with ${what} is not believed: the payment is unknown, the answer kept`, async (t) => {
    const { link, end, strays } = await openKeyed(t)
    const asked = ask(link, sale(7))
    await end.hear('0200')
    end.send(spoil(answerTo(sale(7))) as ReturnType<typeof sale>)
    t.deepEqual(await asked, { kind: 'unknown', reason: 'mac-wrong' })
    t.like(strays, [{ kind: 'mac-wrong', message: { mti: '0210' } }])
    t.like(link.counters(), { macsWrong: 1, answersMacWrong: 1, requestsOpen: 0, linesReady: 1 })

    // What comes for it later, however right, is late.
    end.send(sealed(answerTo(sale(7)), 'K1'))
    await until(() => strays.length === 2, 'the right answer is reported')
    t.is(strays[1]?.kind, 'late')
  })
}

test('a wrong MAC ends no payment but the one whose answer it was to be', async (t) => {
  const { link, end, strays } = await openKeyed(t)
  const [first, second] = [ask(link, sale(1)), ask(link, sale(2))]
  await end.hear('0200', 2)
  end.send(sealed(answerTo(sale(1)), 'K2'))
  end.send(sealed(answerTo(sale(3)), 'K2'))
  end.send(sealed(answerTo(sale(2)), 'K1'))
  t.deepEqual(await first, { kind: 'unknown', reason: 'mac-wrong' })
  t.is((await second).kind, 'answered')
  t.deepEqual(
    strays.map(({ kind }) => kind),
    ['mac-wrong', 'unknown'],
  )
})

/** Answer so many payments, one after the other, under these keys. */
async function answered(opened: Awaited<ReturnType<typeof openKeyed>>, names: string[]) {
  const kinds: string[] = []
  for (const [index, name] of names.entries()) {
    const asked = ask(opened.link, sale(index + 1))
    await opened.end.hear('0200', index + 1)
    opened.end.send(sealed(answerTo(sale(index + 1)), name))
    kinds.push((await asked).kind)
  }
  return kinds
}

test('three wrong MACs in a row take the link down: signed off, keys gone, nothing begun', async (t) => {
  const opened = await openKeyed(t, { connections: 2 })
  const { link, holder, logged, ends } = opened
  const wrong: string[] = []
  for (const stan of [1, 2, 3]) {
    const asked = ask(link, sale(stan))
    const isHeard = () =>
      ends.find(({ heard }) => heard.some((it) => it.fields['11'] === stanOf(stan)))
    await until(() => isHeard() !== undefined, 'the sale heard')
    t.is(roomIn(link), 'reserved')
    isHeard()?.send(sealed(answerTo(sale(stan)), 'K2'))
    const reply = await asked
    wrong.push(reply.kind === 'unknown' ? reply.reason : reply.kind)
  }
  t.deepEqual(wrong, ['mac-wrong', 'mac-wrong', 'mac-wrong'])
  t.is(roomIn(link), 'down')
  t.true(logged.includes('host-keys-distrusted'))
  t.deepEqual(holder.keeps.at(-1), [])
  for (const each of ends) await heardNetwork(each, '002')
  await until(() => link.counters().linesOpen === 0, 'both lines ended')
})

const stanOf = (stan: number) => String(stan).padStart(6, '0')

test('a right MAC between makes the row begin anew', async (t) => {
  const opened = await openKeyed(t)
  const names = ['K2', 'K2', 'K1', 'K2', 'K2', 'K1']
  const kinds = await answered(opened, names)
  t.deepEqual(
    kinds,
    names.map((name) => (name === 'K1' ? 'answered' : 'unknown')),
  )
  t.is(roomIn(opened.link), 'reserved')
  t.like(opened.link.counters(), { macsWrong: 4, linesReady: 1 })
})

test('after that the link comes back with new keys, and the count is of these alone', async (t) => {
  const opened = await openKeyed(t, {
    answer: (message) => {
      const isExchange = message.fields['70'] === '161'
      if (message.mti !== '0800') return undefined
      const answer = answerTo(message)
      return isExchange ? { ...answer, fields: { ...answer.fields, 120: PARCEL } } : answer
    },
  })
  const { link, clock, host } = opened
  await answered(opened, ['K2', 'K2', 'K2'])
  await until(() => link.counters().linesOpen === 0, 'the line ended')
  clock.advance(1000)
  const end = await host.end(2)
  await until(() => roomIn(link) === 'reserved', 'payments may be begun')
  const asked = ask(link, sale(4))
  const [heard = sale(0)] = await end.hear('0200')
  t.is(maker(heard, ['K1', 'K9']), 'K9')
  end.send(sealed(answerTo(sale(4)), 'K1'))
  t.deepEqual(await asked, { kind: 'unknown', reason: 'mac-wrong' })
  t.is(roomIn(link), 'reserved')
})

const PARCEL = parcelOf('K9')

test('the day is cut over only by who proves to be the host', async (t) => {
  const { end, cutovers, link } = await openKeyed(t)
  const cutover = hostAsks('201', { 15: '1123' })
  end.send(cutover)
  end.send(sealed(cutover, 'K2'))
  const refused = await end.hear('0810', 2)
  t.deepEqual(
    refused.map((it) => it.fields['39']),
    ['63', '63'],
  )
  t.deepEqual(cutovers, [])
  end.send(sealed(cutover, 'K1'))
  const answers = await end.hear('0810', 3)
  t.is(answers.at(-1)?.fields['39'], '00')
  for (const answer of answers) t.is(maker(answer, ['K1']), 'K1')
  t.deepEqual(cutovers, ['1123'])
  t.like(link.counters(), { hostRequests: 3, hostRequestsRefused: 2, macsWrong: 2 })
})

test('echoes carry a MAC, sign-on and sign-off none', async (t) => {
  const { link, end, clock } = await openKeyed(t)
  clock.advance(60_000)
  const [echo = sale(0)] = await heardNetwork(end, '301')
  t.is(maker(echo, ['K1']), 'K1')
  end.send(sealed(answerTo(bare(echo)), 'K1'))
  const drained = link.drain(1000)
  const [signOff] = await heardNetwork(end, '002')
  await drained
  t.deepEqual(
    [(await heardNetwork(end, '001'))[0], signOff].map((it) => [
      it?.fields['64'],
      it?.fields['128'],
    ]),
    [
      [undefined, undefined],
      [undefined, undefined],
    ],
  )
})

test('a line is tested without keys as well, but no day is cut over and no payment begun', async (t) => {
  const holder = createFakeHolder()
  const { link, clock, cutovers } = await openLink(
    t,
    { kind: 'listen', address: '127.0.0.1', port: 0, connections: 1 },
    { profile: profileWith({}, { gatewayStarts: undefined }), keys: holder },
  )
  const end = dialGateway(link.port ?? 0)
  t.teardown(() => end.socket.destroy())
  await heardNetwork(end, '001')
  end.send(hostAsks('301'))
  t.is((await end.hear('0810'))[0]?.fields['39'], '00')
  end.send(hostAsks('201', { 15: '1123' }))
  t.is((await end.hear('0810', 2))[1]?.fields['39'], '63')
  t.deepEqual(cutovers, [])
  t.is(roomIn(link), 'down')
  clock.advance(60_000)
  const [echo] = await heardNetwork(end, '301')
  t.is(echo?.fields['128'], undefined)
})

test('a message that says another key’s number is not proven by the right key', async (t) => {
  const kept = [{ key: keyNamed('K1'), index: '01', sinceMs: NOW_MS }]
  const profile = profileWith({ keyIndex: IN_53 }, { keyIndex: IN_53 })
  const { link, end } = await openKeyed(t, { profile, holder: createFakeHolder(kept) })
  const reasons: string[] = []
  for (const [at, number] of ['01', '02', '00'].entries()) {
    const asked = ask(link, sale(at + 1))
    const heard = (await end.hear('0200', at + 1)).at(-1)
    t.is(heard?.fields['53'], '0100000000000000')
    const answer = answerTo(sale(at + 1))
    const numbered = { ...answer, fields: { ...answer.fields, 53: number.padEnd(16, '0') } }
    end.send(sealed(numbered, 'K1'))
    const reply = await asked
    reasons.push(reply.kind === 'unknown' ? reply.reason : reply.kind)
    if (reply.kind === 'answered') t.is(reply.message.fields['53'], undefined)
  }
  t.deepEqual(reasons, ['answered', 'mac-wrong', 'mac-wrong'])
})

test('a host that wants MACs is not linked to without its keys', async (t) => {
  const way = { kind: 'connect', endpoints: [], connections: 1 } as const
  await t.throwsAsync(openLink(t, way, { profile: profileWith() }), { instanceOf: TypeError })
})
