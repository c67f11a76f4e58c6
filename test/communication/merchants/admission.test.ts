import test from 'ava'
import fc from 'fast-check'
import { type DoorOptions, openDoor } from '../../../src/communication/merchants/door.ts'
import { zeroCounters } from '../../../src/communication/merchants/listener.ts'
import type { Peer } from '../../../src/communication/merchants/tls.ts'
import { Visit, Visitor } from '../../../src/communication/merchants/visitor.ts'
import { createFakeClock } from '../../fakes/clock.ts'
import { collectLog } from '../../fakes/log.ts'
import { doorOptions } from './door-options.ts'

/** A door of one lane, and connections to it. */
function open(over: Partial<DoorOptions> = {}) {
  const clock = createFakeClock()
  const { log, lines } = collectLog()
  const door = openDoor(doorOptions(clock, { log, ...over }))
  const counters = zeroCounters()
  const connect = (peer: Partial<Peer> = {}) =>
    new Visitor({ address: '192.0.2.1', ...peer }, door, counters)
  return { clock, door, counters, connect, lines }
}

const MESSAGE = Buffer.alloc(1_000)

/** Send messages; the visits of those that were let in. */
function send(visitor: Visitor, times: number): Visit[] {
  return Array.from({ length: times }, () => visitor.enter(MESSAGE)).filter(
    (entered) => entered instanceof Visit,
  )
}

/** A connection on which a message of this merchant was opened. */
function prove(visitor: Visitor, merchant: string): Visitor {
  for (const visit of send(visitor, 1)) {
    visit.opened(merchant)
    visit.end()
  }
  return visitor
}

test('the last place is given, one more is not, and a place left can be taken again', (t) => {
  const { door, counters, connect } = open({ requestsInFlightMax: 2 })
  const visitor = connect()
  const [first, second] = send(visitor, 2)
  first?.opened('M-1')
  t.deepEqual(send(visitor, 1), [])
  t.like(counters, { requests: 3, requestsInFlight: 2, requestsBusy: 1 })
  second?.end()
  t.is(send(visitor, 2).length, 1)
  t.is(door.inFlight, 2)
})

test('who is turned away hears when to come back', (t) => {
  const { connect } = open({ requestsInFlightMax: 1 })
  const visitor = connect()
  send(visitor, 1)
  t.regex(Buffer.from(visitor.enter(MESSAGE) as Uint8Array).toString(), /^{"busy":\d+}$/)
})

/** A door whose common places are all taken by strangers. */
function flooded() {
  const opened = open({ requestsInFlightMax: 300 })
  const merchant = prove(opened.connect(), 'M-1')
  const flood = opened.connect({ address: '198.51.100.1' })
  send(flood, 300)
  return { ...opened, merchant, flood }
}

test('a flood of strangers is turned away, and a merchant who was known before is not', (t) => {
  const { merchant, flood, door } = flooded()
  t.is(door.inFlight, 256)
  t.is(send(flood, 1).length, 0)
  t.is(send(merchant, 5).length, 5)
})

test('all strangers together are one party, from however many networks they come', (t) => {
  const { connect, door } = open({ requestsInFlightMax: 10_000 })
  const merchant = prove(connect(), 'M-1')
  const kept = send(merchant, 1)
  for (let network = 0; network < 200; network += 1) {
    send(connect({ address: `198.51.100.${network}` }), 100)
  }
  t.is(door.inFlight, 2 * 256)
  t.is(send(merchant, 200).length, 127)
  t.is(kept.length, 1)
})

test('whoever shows a certificate is no stranger', (t) => {
  const { connect } = flooded()
  t.is(send(connect({ certificateFingerprint: 'ab12' }), 5).length, 5)
})

test('a merchant that floods one connection is served on another', (t) => {
  const { connect } = open({ requestsInFlightMax: 300 })
  const [payments, questions] = [prove(connect(), 'M-1'), prove(connect(), 'M-1')]
  send(payments, 300)
  t.is(send(payments, 1).length, 0)
  t.is(send(questions, 5).length, 5)
})

test('more connections give a merchant no larger share', (t) => {
  const { connect } = open({ requestsInFlightMax: 2_000 })
  const other = prove(connect(), 'M-2')
  const many = Array.from({ length: 50 }, () => prove(connect(), 'M-1'))
  for (const visitor of many) send(visitor, 20)
  t.is(send(other, 128).length, 128)
  const late = prove(connect(), 'M-1')
  t.is(send(late, 10).length, 0)
})

test('a connection counts as whoever its last message proved', (t) => {
  const { merchant, door } = flooded()
  const all = door.lanes[0]?.gate.all
  const visits = send(merchant, 3)
  t.is(all?.holders, 2)
  visits[0]?.opened(undefined)
  t.is(all?.holders, 1, 'strangers alone')
  visits[1]?.opened('M-1')
  t.is(all?.holders, 2)
  t.is(all?.held, 256 + 1)
})

test('what waits in one lane takes no place in another', (t) => {
  const lanes = { count: 2, of: (message: Uint8Array) => message[0] ?? 0 }
  const { connect } = open({ requestsInFlightMax: 1_000, lanes })
  const visitor = connect()
  send(visitor, 1_000)
  t.true(visitor.enter(Buffer.of(1, 0)) instanceof Visit)
})

test('messages are let in again as they are opened, however long their answers take', (t) => {
  const { connect, clock, door } = open({ requestsInFlightMax: 1_000 })
  const visitor = connect()
  for (let times = 0; times < 3; times += 1) {
    const visits = send(visitor, 300)
    t.is(visits.length, 256)
    clock.advance(1)
    for (const visit of visits) visit.opened('M-1')
  }
  t.is(door.inFlight, 3 * 256)
})

test('when messages wait too long to be opened, fewer are let in', (t) => {
  const { connect, clock } = open({ requestsInFlightMax: 1_000 })
  const visitor = connect()
  const visits = send(visitor, 1_000)
  for (const visit of visits) {
    clock.advance(1)
    visit.opened('M-1')
  }
  t.true(send(visitor, 1_000).length <= 64)
})

test('a message’s bytes are held until it is opened, and no more are let in than may be held', (t) => {
  const { connect, door } = open({ bufferBytesMax: 3_500 })
  const visitor = connect()
  const visits = send(visitor, 10)
  t.is(visits.length, 4)
  t.is(door.buffers.bytes(), 4_000)
  visits[0]?.opened('M-1')
  t.is(door.buffers.bytes(), 3_000)
  t.is(send(visitor, 1).length, 1)
})

test('the log says who is turned away, by merchant or by network', (t) => {
  const { lines, merchant, flood, clock } = flooded()
  send(flood, 10)
  send(merchant, 300)
  clock.advance(60_000)
  t.is(lines.length, 2)
  t.like(lines[0], { event: 'messages-turned-away', facts: { mostly: 'address 198.51.100.1' } })
  t.like(lines[1]?.facts, { mostly: 'merchant M-1', mayWait: 256 })
})

/** What becomes of a visit, in any order with what becomes of others. */
const act = fc.constantFrom('enter', 'open', 'fail to open', 'end')

test('whenever clients vanish, nothing of theirs is left', (t) => {
  const step = fc.tuple(act, fc.nat(3), fc.nat(63))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const { connect, door, counters, clock } = open()
      const visitors = [connect(), connect(), connect({ address: '2001:db8::1' }), connect()]
      const visits: Visit[] = []
      for (const [what, who, which] of steps) {
        const visit = visits[which % Math.max(1, visits.length)]
        const visitor = visitors[who]
        clock.advance(1)
        if (what === 'enter' && visitor) visits.push(...send(visitor, 1))
        else if (what === 'open') visit?.opened(`M-${who % 2}`)
        else if (what === 'fail to open') visit?.opened(undefined)
        else if (visit) {
          visit.end()
          visits.splice(visits.indexOf(visit), 1)
        }
      }
      t.is(door.inFlight, visits.length)
      for (const visit of visits) visit.end()
      t.deepEqual([door.inFlight, counters.requestsInFlight, door.buffers.bytes()], [0, 0, 0])
      const all = door.lanes[0]?.gate.all
      t.deepEqual([all?.held, all?.holders], [0, 0])
    }),
  )
})
