import test from 'ava'
import type { HostLink, HostReply, Reservation } from '#control'
import type { Message } from '#iso8583'
import { whileInCharge } from '../src/in-charge.ts'

const MESSAGE: Message = { mti: '0200', fields: {} }
const ANSWER: HostReply = { kind: 'answered', message: MESSAGE }

/** A way to a host that answers, and what was done with it. */
function openWay() {
  const done: string[] = []
  const place = (): Reservation => ({
    kind: 'reserved',
    async ask() {
      done.push('asked')
      return ANSWER
    },
    release: () => done.push('released'),
  })
  let isInCharge = true
  const host: HostLink = { reserve: place, reserveOwed: place }
  return {
    done,
    way: whileInCharge(host, { isInCharge: () => isInCharge }),
    lose() {
      isInCharge = false
    },
  }
}

for (const which of ['reserve', 'reserveOwed'] as const) {
  test(`${which}: the host is asked for as long as the gateway is in charge`, async (t) => {
    const { way, done } = openWay()
    const place = way[which]('M-1001')
    t.deepEqual(place.kind === 'reserved' && (await place.ask(MESSAGE)), ANSWER)
    t.deepEqual(done, ['asked'])
  })

  test(`${which}: who lost charge after it took its place sends nothing, and gives it back`, async (t) => {
    const { way, done, lose } = openWay()
    const place = way[which]('M-1001')
    if (place.kind !== 'reserved') return t.fail('there was a place')
    lose()
    t.deepEqual(await place.ask(MESSAGE), { kind: 'not-sent' })
    place.release()
    t.deepEqual(done, ['released'])
  })
}

test('what the host has no place for stays refused', (t) => {
  const full = (): Reservation => ({ kind: 'full' })
  const way = whileInCharge({ reserve: full, reserveOwed: full }, { isInCharge: () => true })
  t.deepEqual(way.reserve('M-1001'), { kind: 'full' })
})
