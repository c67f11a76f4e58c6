import test from 'ava'
import type { Message } from '#iso8583'
import { until } from '../../until.ts'
import { ask, openLink, type openSignedOn, roomIn } from '../link-under-test.ts'
import { answerTo, sale } from '../meridian.ts'
import { dialGateway, type HostEnd, startScriptedHost } from '../scripted-host.ts'
import { heardNetwork, hostAsks, maker, NOW_MS, openKeyed, sealed } from './host-with-macs.ts'
import { createFakeHolder, IN_53, keyNamed, parcelOf, profileWith } from './mac-spec.ts'

type Opened = Awaited<ReturnType<typeof openKeyed>>

/** Ask a sale and say under which of these keys it left; it is answered under `name`, if at all. */
async function madeWith({ link, end }: Pick<Opened, 'link' | 'end'>, stan: number, name?: string) {
  const before = end.heard.filter(({ mti }) => mti === '0200').length
  const asked = ask(link, sale(stan))
  const heard = (await end.hear('0200', before + 1)).at(-1)
  if (name !== undefined) end.send(sealed(answerTo(sale(stan)), name))
  const reply = name === undefined ? undefined : await asked
  return { made: heard && maker(heard, ['K1', 'K2', 'K3', 'O0', 'O1']), kind: reply?.kind }
}

/** The host brings a key. @returns what it was answered */
async function bring(end: HostEnd, parcel: string, stan = '900001'): Promise<unknown> {
  end.send(hostAsks('162', { 11: stan, 120: parcel }))
  await until(
    () => end.heard.some((it) => it.mti === '0810' && it.fields['11'] === stan),
    'the key answered',
  )
  return end.heard.find((it) => it.mti === '0810' && it.fields['11'] === stan)?.fields['39']
}

test('a key that the host brings is taken: ours are made with it, both verify for a time', async (t) => {
  const opened = await openKeyed(t)
  const { end, clock, holder } = opened
  t.deepEqual(await madeWith(opened, 1, 'K1'), { made: 'K1', kind: 'answered' })
  t.is(await bring(end, parcelOf('K2')), '00')
  t.deepEqual(await madeWith(opened, 2, 'K2'), { made: 'K2', kind: 'answered' })
  t.deepEqual(await madeWith(opened, 3, 'K1'), { made: 'K2', kind: 'answered' })
  t.deepEqual(
    holder.keeps.map((kept) => kept.map(({ key }) => key.checkValue)),
    [[keyNamed('K2').checkValue, keyNamed('K1').checkValue]],
  )
  clock.advance(59_999)
  t.is((await madeWith(opened, 4, 'K1')).kind, 'answered')
  clock.advance(1)
  t.is((await madeWith(opened, 5, 'K1')).kind, 'unknown')
  t.like(opened.link.counters(), { keysChanged: 1, hostRequestsRefused: 0 })
})

test('the host hears that its key is taken once it is on disk, and before it is used', async (t) => {
  const opened = await openKeyed(t)
  const { end, holder } = opened
  const release = holder.holdUp()
  end.send(hostAsks('162', { 120: parcelOf('K2') }))
  end.send(hostAsks('301', { 11: '900002' }))
  // A host that uses its key at once is understood.
  t.deepEqual(await madeWith(opened, 1, 'K2'), { made: 'K1', kind: 'answered' })
  t.false(end.heard.some((it) => it.fields['70'] === '162'))
  release()
  await heardNetwork(end, '162')
  t.is((await madeWith(opened, 2, 'K2')).made, 'K2')
})

test('a key that cannot be kept is refused, and the one before goes on', async (t) => {
  const opened = await openKeyed(t)
  opened.holder.holdUp()(new Error('the disk is full'))
  t.is(await bring(opened.end, parcelOf('K2')), '76')
  t.true(opened.logged.includes('host-key-not-kept'))
  t.deepEqual(await madeWith(opened, 1, 'K1'), { made: 'K1', kind: 'answered' })
})

const UNUSABLE: readonly [what: string, parcel: string | undefined][] = [
  ['no key', undefined],
  ['a key that is too short', parcelOf('K2').slice(4)],
  ['a key with another’s check value', `${parcelOf('K2').slice(0, -6)}ABCDEF`],
  ['a check value alone', 'ABCDEF'],
]

for (const [what, parcel] of UNUSABLE) {
  test(`a host that brings ${what} is told so, and nothing changes`, async (t) => {
    const opened = await openKeyed(t)
    const { end, holder, logged } = opened
    end.send(hostAsks('162', parcel === undefined ? {} : { 120: parcel }))
    t.is((await end.hear('0810'))[0]?.fields['39'], '76')
    t.true(logged.includes('host-key-refused'))
    t.deepEqual(holder.keeps, [])
    t.deepEqual(await madeWith(opened, 1, 'K1'), { made: 'K1', kind: 'answered' })
  })
}

test('a host that brings its key again, having heard no answer, is told yes again', async (t) => {
  const opened = await openKeyed(t)
  t.is(await bring(opened.end, parcelOf('K2'), '900001'), '00')
  t.is(await bring(opened.end, parcelOf('K2'), '900002'), '00')
  t.is(opened.holder.keeps.length, 1)
  t.is((await madeWith(opened, 1, 'K1')).kind, 'answered')
})

/** A host that says this to network messages. */
const hostSaying = (say: (code: string, answer: Message) => Message | undefined) => ({
  answer: (message: Message) => {
    if (message.mti !== '0800') return undefined
    return say(String(message.fields['70']), answerTo(message))
  },
})

const withElements = (answer: Message, fields: Message['fields']) => ({
  ...answer,
  fields: { ...answer.fields, ...fields },
})

test('without keys payments wait for them: the gateway signs on, asks for a key, then pays', async (t) => {
  const answered = Promise.withResolvers<Message>()
  const script = hostSaying((code, answer) => {
    if (code !== '161') return answer
    answered.resolve(answer)
    return undefined
  })
  const host = await startScriptedHost(script)
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const holder = createFakeHolder()
  const given = { profile: profileWith(), keys: holder }
  const way = { kind: 'connect', endpoints, connections: 2 } as const
  const { link, logged } = await openLink(t, way, given)
  const answer = await answered.promise
  const [first, second] = [await host.end(1), await host.end(2)]
  await Promise.all([first, second].map((end) => heardNetwork(end, '001')))
  t.is(roomIn(link), 'down')
  t.true(logged.includes('host-keys-awaited'))
  t.false(logged.includes('host-signed-on'))

  const asked = [first, second].find((end) => end.heard.some((it) => it.fields['70'] === '161'))
  asked?.send(withElements(answer, { 120: parcelOf('K1') }))
  await until(() => link.counters().linesReady === 2, 'both lines take payments')
  t.is(roomIn(link), 'reserved')
  // One change for all lines.
  const exchanges = [first, second].flatMap(({ heard }) =>
    heard.filter((it) => it.fields['70'] === '161'),
  )
  t.is(exchanges.length, 1)
  t.is(exchanges[0]?.fields['120'], undefined)
  t.deepEqual(
    holder.keeps.map((kept) => kept.length),
    [1],
  )
})

for (const [what, give] of [
  ['refuses', (answer: Message) => withElements(answer, { 39: '76' })],
  ['answers without one', (answer: Message) => answer],
  ['answers with another’s check value', (answer: Message) => withElements(answer, WRONG)],
] as const) {
  test(`a line whose host ${what} when asked for a key ends, and is begun anew`, async (t) => {
    const script = hostSaying((code, answer) => (code === '161' ? give(answer) : answer))
    const host = await startScriptedHost(script)
    t.teardown(host.close)
    const endpoints = [{ address: '127.0.0.1', port: host.port }]
    const given = { profile: profileWith(), keys: createFakeHolder() }
    const way = { kind: 'connect', endpoints, connections: 1 } as const
    const { link, clock } = await openLink(t, way, given)
    await heardNetwork(await host.end(1), '161')
    await until(() => link.counters().linesEnded === 1, 'the line ended')
    t.is(roomIn(link), 'down')
    clock.advance(1000)
    await heardNetwork(await host.end(2), '161')
  })
}

const WRONG = { 120: `${parcelOf('K1').slice(0, -6)}ABCDEF` }

test('where the gateway brings keys it makes with one once the host has said yes', async (t) => {
  const said = Promise.withResolvers<Message>()
  const profile = profileWith(
    {},
    { gatewayStarts: { code: '161', keyIn: 'request' }, renewAfterMs: 1_000 },
  )
  const opened = await openKeyed(t, {
    profile,
    ...hostSaying((code, answer) => {
      if (code !== '161') return answer
      said.resolve(answer)
      return undefined
    }),
  })
  const { clock, end } = opened
  clock.advance(1_500)
  const [request] = await heardNetwork(end, '161')
  t.is(request?.fields['120'], parcelOf('O0'))
  // Until then ours are made with the old one; the host may use either.
  t.deepEqual(await madeWith(opened, 1, 'K1'), { made: 'K1', kind: 'answered' })
  t.deepEqual(await madeWith(opened, 2, 'O0'), { made: 'K1', kind: 'answered' })
  end.send(await said.promise)
  await until(() => opened.link.counters().keysChanged === 1, 'the key is in use')
  t.deepEqual(await madeWith(opened, 3, 'O0'), { made: 'O0', kind: 'answered' })
  t.deepEqual(await madeWith(opened, 4, 'K1'), { made: 'O0', kind: 'answered' })
})

test('a key of the gateway’s that the host refuses is never made with', async (t) => {
  const profile = profileWith(
    {},
    { gatewayStarts: { code: '161', keyIn: 'request' }, renewAfterMs: 1_000 },
  )
  const refusing = hostSaying((code, answer) =>
    code === '161' ? withElements(answer, { 39: '76' }) : answer,
  )
  const opened = await openKeyed(t, { profile, ...refusing })
  const { clock, end, logged, holder } = opened
  clock.advance(1_500)
  await heardNetwork(end, '161')
  await until(() => logged.includes('host-keys-not-changed'), 'the refusal logged')
  t.deepEqual(holder.keeps, [])
  t.deepEqual(await madeWith(opened, 1, 'K1'), { made: 'K1', kind: 'answered' })
  // And again, when nothing of it can come any more.
  clock.advance(59_000)
  t.is(end.heard.filter((it) => it.fields['70'] === '161').length, 1)
  clock.advance(2_000)
  await heardNetwork(end, '161', 2)
})

test('where the host brings the key after it was asked, its own request has it', async (t) => {
  const profile = profileWith({}, { gatewayStarts: { code: '161', keyIn: 'host-request' } })
  const { link, end } = await openSignedOnWithoutKeys(t, profile)
  await heardNetwork(end, '161')
  t.is(roomIn(link), 'down')
  end.send(hostAsks('162', { 120: parcelOf('K3') }))
  await until(() => roomIn(link) === 'reserved', 'payments may be begun')
  t.is((await madeWith({ link, end }, 1, 'K3')).made, 'K3')
})

test('a host that says yes and brings none is asked anew on another line', async (t) => {
  const profile = profileWith({}, { gatewayStarts: { code: '161', keyIn: 'host-request' } })
  const { link, end, clock, host } = await openSignedOnWithoutKeys(t, profile)
  await heardNetwork(end, '161')
  await until(() => clock.deadlineCount() > 1, 'the wait for its key')
  clock.advance(15_000)
  await until(() => link.counters().linesEnded === 1, 'the line ended')
  clock.advance(1_000)
  await heardNetwork(await host.end(2), '161')
  t.is(roomIn(link), 'down')
})

/** A link to a host that says yes to everything and brings no key by itself. */
async function openSignedOnWithoutKeys(
  t: Parameters<typeof openSignedOn>[0],
  profile: ReturnType<typeof profileWith>,
) {
  const host = await startScriptedHost()
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const given = { profile, keys: createFakeHolder() }
  const opened = await openLink(t, { kind: 'connect', endpoints, connections: 1 }, given)
  return { ...opened, host, end: await host.end(1) }
}

test('a host that alone brings keys is waited for', async (t) => {
  const { link } = await openLink(
    t,
    { kind: 'listen', address: '127.0.0.1', port: 0, connections: 1 },
    { profile: profileWith({}, { gatewayStarts: undefined }), keys: createFakeHolder() },
  )
  const end = dialGateway(link.port ?? 0)
  t.teardown(() => end.socket.destroy())
  await heardNetwork(end, '001')
  t.is(roomIn(link), 'down')
  end.send(hostAsks('162', { 120: parcelOf('K2') }))
  await until(() => roomIn(link) === 'reserved', 'payments may be begun')
  t.false(end.heard.some((it) => it.fields['70'] === '161'))
})

test('with keys of an earlier run nothing is exchanged, until they are old', async (t) => {
  const kept = [
    { key: keyNamed('K2'), sinceMs: NOW_MS - 5_000 },
    { key: keyNamed('K1'), sinceMs: 0, untilMs: NOW_MS + 30_000 },
  ]
  const profile = profileWith({}, { renewAfterMs: 10_000 })
  const opened = await openKeyed(t, {
    profile,
    holder: createFakeHolder(kept),
    ...hostSaying((code, answer) =>
      code === '161' ? withElements(answer, { 120: parcelOf('K3') }) : answer,
    ),
  })
  const { clock, end, link } = opened
  t.deepEqual(await madeWith(opened, 1, 'K1'), { made: 'K2', kind: 'answered' })
  clock.advance(4_000)
  t.false(end.heard.some((it) => it.fields['70'] === '161'))
  clock.advance(2_000)
  await until(() => link.counters().keysChanged === 1, 'the key changed')
  t.is((await madeWith(opened, 2, 'K3')).made, 'K3')
})

test('keys go by the numbers that the exchange gave them', async (t) => {
  const kept = [{ key: keyNamed('K1'), index: '98', sinceMs: NOW_MS }]
  const keys = { keyIndex: IN_53, gatewayStarts: { code: '161', keyIn: 'request' } }
  const profile = profileWith({ keyIndex: IN_53 }, { ...keys, renewAfterMs: 1_000 })
  const { clock, end, link } = await openKeyed(t, { profile, holder: createFakeHolder(kept) })
  const numberOf = async (stan: number) => {
    void ask(link, sale(stan))
    return (await end.hear('0200', stan)).at(-1)?.fields['53']
  }
  t.is(await numberOf(1), '9800000000000000')
  clock.advance(1_500)
  await until(() => link.counters().keysChanged === 1, 'the key changed')
  t.is((await heardNetwork(end, '161'))[0]?.fields['53'], '9900000000000000')
  t.is(await numberOf(2), '9900000000000000')
  clock.advance(1_500)
  await until(() => link.counters().keysChanged === 2, 'the key changed again')
  t.is(await numberOf(3), '0100000000000000')
  end.send(hostAsks('162', { 53: '4200000000000000', 120: parcelOf('K2') }))
  await until(() => link.counters().keysChanged === 3, 'the host’s key')
  t.is(await numberOf(4), '4200000000000000')
})

test('where keys have numbers, one that comes without is not taken', async (t) => {
  const kept = [{ key: keyNamed('K1'), index: '01', sinceMs: NOW_MS }]
  const profile = profileWith({ keyIndex: IN_53 }, { keyIndex: IN_53 })
  const opened = await openKeyed(t, { profile, holder: createFakeHolder(kept) })
  t.is(await bring(opened.end, parcelOf('K2')), '76')
  t.true(opened.logged.includes('host-key-refused'))
  t.deepEqual(opened.holder.keeps, [])
})

test('a key that comes twice at once is one change', async (t) => {
  const opened = await openKeyed(t)
  const release = opened.holder.holdUp()
  const twice = ['900001', '900002'].map((stan) => bring(opened.end, parcelOf('K2'), stan))
  await until(() => opened.link.counters().hostRequests === 2, 'both heard')
  release()
  t.deepEqual(await Promise.all(twice), ['00', '00'])
  t.is(opened.link.counters().keysChanged, 1)
  t.is((await madeWith(opened, 1, 'K1')).kind, 'answered')
})

test('a change of ours and one of the host’s at once lose no answer that is under way', async (t) => {
  const profile = profileWith({}, { renewAfterMs: 1_000 })
  const said = Promise.withResolvers<Message>()
  const opened = await openKeyed(t, {
    profile,
    ...hostSaying((code, answer) => {
      if (code !== '161') return answer
      said.resolve(answer)
      return undefined
    }),
  })
  const { clock, end, link } = opened
  const asked = [1, 2, 3].map((stan) => ask(link, sale(stan)))
  await end.hear('0200', 3)
  clock.advance(1_500)
  const answer = await said.promise
  t.is(await bring(end, parcelOf('K2')), '00')
  end.send(withElements(answer, { 120: parcelOf('K3') }))
  await until(() => link.counters().keysChanged === 2, 'both changes done')
  for (const [at, name] of ['K1', 'K2', 'K3'].entries()) {
    end.send(sealed(answerTo(sale(at + 1)), name))
  }
  for (const reply of await Promise.all(asked)) t.is(reply.kind, 'answered')
  t.is((await madeWith(opened, 4, 'K3')).made, 'K3')
})
