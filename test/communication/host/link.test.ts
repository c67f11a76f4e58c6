import test from 'ava'
import { compileFrameHeader } from '#iso8583'
import type { HostLink } from '../../../src/communication/host/link.ts'
import {
  compileLinkProfile,
  LinkProfileError,
} from '../../../src/communication/host/link-profile.ts'
import type { Reservation } from '../../../src/communication/host/reservation.ts'
import { makeCertificates } from '../certificates.ts'
import { until } from '../until.ts'
import { ask, openLink, openSignedOn, roomIn, stansOf } from './link-under-test.ts'
import { answerTo, dialect, linkSpec, sale } from './meridian.ts'
import { dialGateway, startScriptedHost } from './scripted-host.ts'

const spec = linkSpec as object
const SILENT = { answer: () => undefined }

// Signing on

test('no payment leaves before the host has accepted a sign-on', async (t) => {
  const host = await startScriptedHost(SILENT)
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const { link } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  const end = await host.end()
  const [signOn] = await end.hear('0800')
  t.is(signOn?.fields['70'], '001')
  t.deepEqual(link.reserve(), { kind: 'down' })
  if (signOn) end.send(answerTo(signOn))
  t.true(await link.untilReady(60_000))
  t.is(roomIn(link), 'reserved')
  t.deepEqual(stansOf(end.heard).length, 1)
})

test('a host that refuses the sign-on is hung up on, and dialled again later and later', async (t) => {
  const host = await startScriptedHost({ answer: (message) => answerTo(message, '91') })
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const { link, clock, logged } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  for (const [count, delayMs] of [500, 1000, 2000, 4000, 4000].entries()) {
    await host.end(count + 1)
    await until(() => link.counters().linesEnded === count + 1, 'the line ended')
    clock.advance(delayMs - 1)
    t.is(host.ends.length, count + 1)
    clock.advance(1)
  }
  await host.end(6)
  t.true(logged.includes('host-sign-on-failed'))
})

test('a host that does not answer the sign-on in time is hung up on', async (t) => {
  const host = await startScriptedHost(SILENT)
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const { link, clock } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  await (await host.end()).hear('0800')
  clock.advance(15_000)
  await until(() => link.counters().linesEnded === 1, 'the line ended')
  t.is(roomIn(link), 'down')
})

test('a line that ends before it is signed on is told of in the log', async (t) => {
  const host = await startScriptedHost(SILENT)
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const { link, logged } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  const end = await host.end()
  await end.hear('0800')
  end.socket.destroy()
  await until(() => link.counters().linesEnded === 1, 'the line ended')
  t.deepEqual(logged, ['host-sign-on-failed'])
})

test('whoever waits for a link that never comes is told so', async (t) => {
  const endpoints = [{ address: '127.0.0.1', port: 1 }]
  const { link, clock } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  const ready = link.untilReady(5000)
  clock.advance(5000)
  t.false(await ready)
})

test('an endpoint that fails is tried elsewhere next', async (t) => {
  const host = await startScriptedHost()
  t.teardown(host.close)
  const endpoints = [1, host.port].map((port) => ({ address: '127.0.0.1', port }))
  const { link, clock } = await openLink(t, { kind: 'connect', endpoints, connections: 1 })
  await until(() => link.counters().dialsFailed === 1, 'the dial failed')
  clock.advance(500)
  await host.end()
  t.true(await link.untilReady(60_000))
})

// Asking

test('answers in any order reach whoever asked', async (t) => {
  const { link, end } = await openSignedOn(t)
  const asked = [1, 2, 3].map((stan) => ask(link, sale(stan)))
  const requests = await end.hear('0200', 3)
  for (const at of [2, 0, 1]) end.send(answerTo(requests[at] ?? sale(0), `0${at}`))
  const replies = await Promise.all(asked)
  t.deepEqual(
    replies.map((it) => it.kind === 'answered' && it.message.fields['39']),
    ['00', '01', '02'],
  )
})

test('what is asked in one turn leaves in one segment', async (t) => {
  const { link, end } = await openSignedOn(t)
  const segments: number[] = []
  end.socket.on('data', (chunk) => segments.push(chunk.byteLength))
  for (const stan of [1, 2, 3]) void ask(link, sale(stan))
  await end.hear('0200', 3)
  t.is(segments.length, 1)
})

test('answers cut into one-byte segments are read all the same', async (t) => {
  const { link, end } = await openSignedOn(t)
  const asked = [1, 2].map((stan) => ask(link, sale(stan)))
  for (const request of await end.hear('0200', 2)) end.sendSlowly(answerTo(request))
  t.deepEqual(
    (await Promise.all(asked)).map((it) => it.kind),
    ['answered', 'answered'],
  )
})

test('a host that is silent until the timeout leaves the outcome unknown', async (t) => {
  const { link, end, clock } = await openSignedOn(t)
  let told = false
  const reply = ask(link, sale(1)).finally(() => {
    told = true
  })
  await end.hear('0200')
  clock.advance(14_999)
  await Promise.resolve()
  t.false(told)
  clock.advance(1)
  t.deepEqual(await reply, { kind: 'unknown', reason: 'host-silent' })
  t.is(link.counters().hostSilent, 1)
})

test('an answer after the timeout is late, and its key rests until no answer can come', async (t) => {
  const { link, end, clock, strays } = await openSignedOn(t)
  const reply = ask(link, sale(1))
  const [request = sale(0)] = await end.hear('0200')
  clock.advance(15_000)
  await reply
  t.deepEqual(await ask(link, sale(1)), { kind: 'not-sent' })
  end.send(answerTo(request))
  await until(() => strays.length === 1, 'the late answer is reported')
  t.is(strays[0]?.kind, 'late')
  t.is(strays[0]?.message.fields['11'], '000001')
  t.is(link.counters().keysResting, 1)
  clock.advance(44_999)
  t.deepEqual(await ask(link, sale(1)), { kind: 'not-sent' })
  clock.advance(1)
  void ask(link, sale(1))
  await end.hear('0200', 2)
  t.is(link.counters().keysDuplicate, 2)
})

test('the second answer to one request is a duplicate, and reaches nobody', async (t) => {
  const { link, end, strays } = await openSignedOn(t)
  const reply = ask(link, sale(1))
  const [request = sale(0)] = await end.hear('0200')
  end.send(answerTo(request, '00'))
  end.send(answerTo(request, '05'))
  const answered = await reply
  t.is(answered.kind === 'answered' && answered.message.fields['39'], '00')
  await until(() => strays.length === 1, 'the second answer is reported')
  t.is(strays[0]?.kind, 'duplicate')
})

for (const [what, element, value] of [
  ['trace number', '11', '999999'],
  ['terminal', '41', 'TERM0002'],
  ['time', '7', '1122100001'],
] as const) {
  test(`an answer with another ${what} reaches nobody`, async (t) => {
    const { link, end, clock, strays } = await openSignedOn(t)
    const reply = ask(link, sale(1))
    const [request = sale(0)] = await end.hear('0200')
    const { mti, fields } = answerTo(request)
    end.send({ mti, fields: { ...fields, [element]: value } })
    await until(() => strays.length === 1, 'the answer is reported')
    t.is(strays[0]?.kind, 'unknown')
    clock.advance(15_000)
    t.deepEqual(await reply, { kind: 'unknown', reason: 'host-silent' })
  })
}

test('an answer of another class reaches nobody', async (t) => {
  const { link, end, strays } = await openSignedOn(t)
  void ask(link, sale(1))
  const [request = sale(0)] = await end.hear('0200')
  end.send({ ...answerTo(request), mti: '0410' })
  await until(() => strays.length === 1, 'the answer is reported')
  t.is(strays[0]?.kind, 'unknown')
  t.is(link.counters().requestsOpen, 1)
})

test('two requests with one key: the second is not sent', async (t) => {
  const { link, end } = await openSignedOn(t)
  void ask(link, sale(1))
  t.deepEqual(await ask(link, sale(1)), { kind: 'not-sent' })
  await end.hear('0200')
  t.is(link.counters().keysDuplicate, 1)
})

test('a message that the dialect cannot carry is not sent', async (t) => {
  const { link } = await openSignedOn(t)
  const { mti, fields } = sale(1)
  const tooLong = { mti, fields: { ...fields, '4': '1'.repeat(13) } }
  t.deepEqual(await ask(link, tooLong), { kind: 'not-sent' })
  t.is(link.counters().requestsOpen, 0)
})

// The window

test('a window gives as many places as it has, and one more when one is answered', async (t) => {
  const { link, end } = await openSignedOn(t)
  for (const stan of [1, 2, 3, 4]) void ask(link, sale(stan))
  t.is(roomIn(link), 'full')
  const requests = await end.hear('0200', 4)
  t.deepEqual(stansOf(requests), [1, 2, 3, 4])
  end.send(answerTo(requests[1] ?? sale(0)))
  await until(() => roomIn(link) === 'reserved', 'a place is free')
  void ask(link, sale(5))
  t.is(roomIn(link), 'full')
  t.deepEqual(stansOf(await end.hear('0200', 5)), [1, 2, 3, 4, 5])
})

test('a place is held from its reservation on: however late it is used, it is sent', async (t) => {
  const { link, end } = await openSignedOn(t)
  const places = [1, 2, 3, 4].map(() => reserved(link))
  t.deepEqual(link.reserve(), { kind: 'full' })
  t.is(link.counters().requestsOpen, 4)
  for (const [index, place] of places.entries()) void place.ask(sale(index + 1))
  t.is((await end.hear('0200', 4)).length, 4)
  t.is(link.counters().notSent, 0)
})

test('a place that is given back is free, and nothing can be asked in it', async (t) => {
  const { link, end } = await openSignedOn(t, { limits: { windowRequests: 1 } })
  const place = reserved(link)
  place.release()
  place.release()
  t.deepEqual(await place.ask(sale(1)), { kind: 'not-sent' })
  const next = reserved(link)
  t.is(roomIn(link), 'full')
  void next.ask(sale(2))
  t.deepEqual(stansOf(await end.hear('0200')), [2])
})

test('a place can be used once', async (t) => {
  const { link, end } = await openSignedOn(t, { limits: { windowRequests: 1 } })
  const place = reserved(link)
  void place.ask(sale(1))
  t.deepEqual(await place.ask(sale(2)), { kind: 'not-sent' })
  place.release()
  t.is(roomIn(link), 'full')
  t.deepEqual(stansOf(await end.hear('0200')), [1])
})

test('when the last line goes, what is asked in a place reserved before was not sent', async (t) => {
  const { link, end, host, clock } = await openSignedOn(t, { limits: { windowRequests: 1 } })
  const place = reserved(link)
  end.socket.destroy()
  await until(() => roomIn(link) === 'down', 'the line is gone')
  t.deepEqual(await place.ask(sale(1)), { kind: 'not-sent' })
  clock.advance(500)
  await host.end(2)
  t.true(await link.untilReady(60_000))
  t.is(roomIn(link), 'reserved')
})

test('a message that was not sent leaves its place free', async (t) => {
  const { link } = await openSignedOn(t, { limits: { windowRequests: 2 } })
  void ask(link, sale(1))
  t.deepEqual(await ask(link, sale(1)), { kind: 'not-sent' })
  t.is(roomIn(link), 'reserved')
})

test('the host’s trace numbers bound how many are started in a second', async (t) => {
  const daily = compileLinkProfile({ ...spec, stanUniqueWith: ['13'] }, dialect)
  const limits = { windowRequests: 100 }
  const { link, clock } = await openSignedOn(t, { profile: daily, limits })
  clock.advance(1000)
  const places = Array.from({ length: 11 }, () => reserved(link))
  t.is(roomIn(link), 'full')
  places[0]?.release()
  t.is(roomIn(link), 'reserved')
  void reserved(link).ask(sale(1))
  t.is(roomIn(link), 'full')
  clock.advance(1000)
  reserved(link)
  places[1]?.release()
  for (let count = 2; count <= 11; count += 1) reserved(link)
  t.is(roomIn(link), 'full')
})

for (const [windowRequests, refused] of [
  [249_997, false],
  [249_998, true],
] as const) {
  const outcome = refused ? 'refused' : 'accepted'
  test(`a window of ${windowRequests} is ${outcome} for this host`, async (t) => {
    const way = { kind: 'connect', endpoints: [], connections: 1 } as const
    const open = () => openLink(t, way, { limits: { windowRequests } })
    if (refused) await t.throwsAsync(open, { instanceOf: LinkProfileError, code: 'LINK_INVALID' })
    else await t.notThrowsAsync(open)
  })
}

test('requests go to the line with the fewest in flight', async (t) => {
  const { link, ends } = await openSignedOn(t, { connections: 2 })
  const [one, two] = ends
  if (!one || !two) return t.fail()
  for (const stan of [1, 2, 3, 4]) void ask(link, sale(stan))
  const [request = sale(0)] = await one.hear('0200', 2)
  await two.hear('0200', 2)
  one.send(answerTo(request))
  await until(() => link.counters().requestsOpen === 3, 'one is answered')
  void ask(link, sale(5))
  t.is((await one.hear('0200', 3)).length, 3)
})

// Losing the line

test('when the host hangs up, what has left is unknown, and the link comes back', async (t) => {
  const { link, end, host, clock, logged } = await openSignedOn(t)
  const reply = ask(link, sale(1))
  await end.hear('0200')
  end.socket.destroy()
  t.deepEqual(await reply, { kind: 'unknown', reason: 'link-lost' })
  t.is(roomIn(link), 'down')
  t.true(logged.includes('host-line-lost'))
  clock.advance(500)
  await host.end(2)
  t.true(await link.untilReady(60_000))
})

test('what had not been handed to the socket when the line went was not sent', async (t) => {
  const { link } = await openSignedOn(t)
  const reply = ask(link, sale(1))
  link.close()
  t.deepEqual(await reply, { kind: 'not-sent' })
})

test('an answer that comes over another line after its own was lost is late', async (t) => {
  const { link, ends, strays } = await openSignedOn(t, { connections: 2 })
  const reply = ask(link, sale(1))
  await until(() => ends.some((it) => it.heard.length === 2), 'one line heard it')
  const [asked, other] = ends[0]?.heard.length === 2 ? ends : ends.toReversed()
  asked?.socket.destroy()
  await reply
  other?.send(answerTo(sale(1)))
  await until(() => strays.length === 1, 'the answer is reported')
  t.is(strays[0]?.kind, 'late')
})

test('an empty frame only says that the host is there', async (t) => {
  const { link, end } = await openSignedOn(t)
  end.sendBytes(Buffer.from('0000', 'hex'))
  const reply = ask(link, sale(1))
  const [request = sale(0)] = await end.hear('0200')
  end.send(answerTo(request))
  t.is((await reply).kind, 'answered')
})

// Echoes

test('a line on which nothing was heard for the echo time is asked for an echo', async (t) => {
  const { end, clock, link } = await openSignedOn(t)
  clock.advance(59_000)
  t.is(end.heard.length, 1)
  clock.advance(1500)
  const [, echo] = await end.hear('0800', 2)
  t.is(echo?.fields['70'], '301')
  await until(() => link.counters().answered === 2, 'the echo is answered')
  t.is(link.counters().echoesMissed, 0)
})

test('a line that misses its echoes is dead: so many, and not one fewer', async (t) => {
  const quiet = {
    answer: (it: ReturnType<typeof sale>) => (it.fields['70'] === '001' ? answerTo(it) : undefined),
  }
  const { end, clock, link, logged } = await openSignedOn(t, { script: quiet })
  clock.advance(61_000)
  for (const missed of [1, 2, 3]) {
    await end.hear('0800', 1 + missed)
    t.is(roomIn(link), 'reserved')
    clock.advance(16_000)
    await until(() => link.counters().echoesMissed === missed, 'an echo is missed')
    clock.advance(1000)
  }
  await until(() => link.counters().linesOpen === 0, 'the line is given up')
  t.true(logged.includes('host-line-dead'))
})

// What the host starts

test('the host’s echo and cutover are answered, and the cutover is reported', async (t) => {
  const { end, cutovers } = await openSignedOn(t)
  const time = { '7': '1122220000', '11': '900001' }
  end.send({ mti: '0800', fields: { ...time, '70': '301' } })
  end.send({ mti: '0820', fields: { ...time, '15': '1123', '70': '201' } })
  t.is((await end.hear('0810'))[0]?.fields['39'], '00')
  t.is((await end.hear('0830'))[0]?.fields['39'], '00')
  t.deepEqual(cutovers, ['1123'])
})

test('what is not supported gets its refusal, and the line stays', async (t) => {
  const { end, link } = await openSignedOn(t)
  end.send({ mti: '0800', fields: { '7': '1122220100', '11': '900003', '70': '161' } })
  end.send(sale(900_004))
  t.is((await end.hear('0810'))[0]?.fields['39'], '40')
  t.is((await end.hear('0210'))[0]?.fields['39'], '40')
  t.is(link.counters().hostRequestsRefused, 2)
  t.is(roomIn(link), 'reserved')
})

test('a type that nothing answers is counted, and the line stays', async (t) => {
  const { end, link } = await openSignedOn(t)
  end.send({ ...sale(1), mti: '0280' })
  await until(() => link.counters().hostRequestsUnanswerable === 1, 'it is counted')
  t.is(roomIn(link), 'reserved')
})

test('between the host’s sign-off and its next sign-on no payment is sent', async (t) => {
  const { end, link } = await openSignedOn(t)
  const time = { '7': '1122220000', '11': '900001' }
  end.send({ mti: '0800', fields: { ...time, '70': '002' } })
  await until(() => roomIn(link) === 'down', 'the host signed off')
  end.send({ mti: '0800', fields: { ...time, '70': '001' } })
  await until(() => roomIn(link) === 'reserved', 'the host signed on')
  t.is((await end.hear('0810', 2)).length, 2)
})

test('where frames have a TPDU, an answer goes back with its addresses swapped', async (t) => {
  const length = { bytes: 2, encoding: 'binary', includesItself: false }
  const tpdu = { id: '60', destination: '0001', source: '0002' }
  const header = compileFrameHeader({ length, tpdu })
  const withTpdu = compileLinkProfile({ ...spec, header: { length, tpdu } }, dialect)
  const { end } = await openSignedOn(t, { profile: withTpdu, script: { header } })
  const chunks: Buffer[] = []
  end.socket.on('data', (chunk) => chunks.push(chunk))
  const echo = { mti: '0800', fields: { '7': '1122220000', '11': '900001', '70': '301' } }
  end.sendBytes(header.wrap(dialect.pack(echo), Buffer.from('6000aa00bb', 'hex')))
  await end.hear('0810')
  t.is(Buffer.concat(chunks).subarray(2, 7).toString('hex'), '6000aa00bb')
})

// Leaving

test('a drain waits for what is open, signs off and hangs up', async (t) => {
  const { link, end } = await openSignedOn(t)
  const reply = ask(link, sale(1))
  const [request = sale(0)] = await end.hear('0200')
  const drained = link.drain(60_000)
  t.deepEqual(link.reserve(), { kind: 'down' })
  t.is(end.heard.length, 2)
  end.send(answerTo(request))
  await drained
  t.is((await reply).kind, 'answered')
  t.is(end.heard.at(-1)?.fields['70'], '002')
  t.is(link.counters().linesOpen, 0)
})

test('a drain waits for what is reserved, which may still be asked', async (t) => {
  const { link, end } = await openSignedOn(t)
  const [place, spare] = [reserved(link), reserved(link)]
  const drained = link.drain(60_000)
  spare.release()
  const reply = place.ask(sale(1))
  const [request = sale(0)] = await end.hear('0200')
  t.not(end.heard.at(-1)?.fields['70'], '002')
  end.send(answerTo(request))
  await drained
  t.is((await reply).kind, 'answered')
  t.is(link.counters().requestsOpen, 0)
})

test('at its deadline a drain cuts the line, and what is open is unknown', async (t) => {
  const { link, end, clock } = await openSignedOn(t)
  const reply = ask(link, sale(1))
  await end.hear('0200')
  const drained = link.drain(5000)
  clock.advance(5000)
  t.deepEqual(await reply, { kind: 'unknown', reason: 'link-lost' })
  await drained
})

// The other way round, and TLS

test('a host that dials us is signed on and asked', async (t) => {
  const way = { kind: 'listen', address: '127.0.0.1', port: 0, connections: 1 } as const
  const { link } = await openLink(t, way)
  const end = dialGateway(link.port ?? 0)
  t.teardown(() => end.socket.destroy())
  t.true(await link.untilReady(60_000))
  const reply = ask(link, sale(1))
  const [request = sale(0)] = await end.hear('0200')
  end.send(answerTo(request))
  t.is((await reply).kind, 'answered')
  const second = dialGateway(link.port ?? 0)
  await until(() => second.socket.destroyed, 'one connection too many is closed')
})

test('a host that dials from its own address is served, however the address is written', async (t) => {
  const here = { kind: 'listen', address: '127.0.0.1', port: 0, connections: 1 } as const
  const { link } = await openLink(t, { ...here, addresses: ['192.0.2.1', '0:0:0:0:0:ffff:7f00:1'] })
  const end = dialGateway(link.port ?? 0)
  t.teardown(() => end.socket.destroy())
  t.true(await link.untilReady(60_000))
})

test('who dials from another address than the host’s is hung up on', async (t) => {
  const here = { kind: 'listen', address: '127.0.0.1', port: 0, connections: 1 } as const
  const { link } = await openLink(t, { ...here, addresses: ['192.0.2.1'] })
  const end = dialGateway(link.port ?? 0)
  await until(() => end.socket.destroyed, 'it is closed')
  t.is(link.counters().linesOpen, 0)
})

const { caPem, keyPem, serverPem, clientPem, strangerPem } = makeCertificates()
const key = keyPem.reveal()

for (const [shows, certificatePem, welcome] of [
  ['its CA’s certificate', serverPem, true],
  ['another certificate', strangerPem, false],
] as const) {
  test(`over TLS a host that shows ${shows} is ${welcome ? 'believed' : 'not'}`, async (t) => {
    const host = await startScriptedHost(
      {},
      {
        ...{ cert: certificatePem, key, ca: caPem },
        ...{ requestCert: true, rejectUnauthorized: true },
      },
    )
    t.teardown(host.close)
    const endpoints = [{ address: '127.0.0.1', port: host.port }]
    const tls = { caPem, client: { certificatePem: clientPem, keyPem } }
    const { link } = await openLink(t, { kind: 'connect', endpoints, connections: 1, tls })
    if (!welcome) await until(() => link.counters().dialsFailed === 1, 'the dial failed')
    t.is(welcome ? await link.untilReady(60_000) : roomIn(link) !== 'down', welcome)
  })

  test(`over TLS a host that dials us with ${shows} is ${welcome ? 'served' : 'not'}`, async (t) => {
    const tls = { caPem, server: { certificatePem: serverPem, keyPem } }
    const way = { kind: 'listen', address: '127.0.0.1', port: 0, connections: 1, tls } as const
    const { link } = await openLink(t, way)
    const end = dialGateway(link.port ?? 0, {}, { ca: caPem, cert: certificatePem, key })
    t.teardown(() => end.socket.destroy())
    if (welcome) t.true(await link.untilReady(60_000))
    else await until(() => end.socket.destroyed, 'it is hung up on')
    t.is(link.counters().linesOpen, welcome ? 1 : 0)
  })
}

function reserved(link: HostLink): Extract<Reservation, { kind: 'reserved' }> {
  const place = link.reserve()
  if (place.kind !== 'reserved') throw new Error(`the link is ${place.kind}`)
  return place
}
