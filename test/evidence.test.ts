import test from 'ava'
import { silentLog } from '#platform'
import type { Stray } from '#store'
import { createEvidence } from '../src/evidence.ts'
import { createFakeClock } from './fakes/clock.ts'
import { mapping } from './processing/meridian.ts'

const ANSWER = {
  mti: '0210',
  fields: { 2: '4539578763621486', 7: '1122100000', 11: '000101', 39: '00' },
}

function open(straysPerMinuteMax: number) {
  const kept: Stray[] = []
  const logged: string[] = []
  const clock = createFakeClock()
  const seal = (image: Uint8Array) => Buffer.from(image).reverse()
  const evidence = createEvidence(
    {
      store: { journalStray: async (stray) => void kept.push(stray) },
      keyring: { vault: { sealImage: seal } as never },
      profile: { name: 'meridian', mapping, link: { matchKey: ['11', '7', '41'] } },
      clock,
      log: {
        ...silentLog,
        error: (event) => logged.push(event),
        warn: (event) => logged.push(event),
      },
    },
    { straysPerMinuteMax },
  )
  return { evidence, kept, logged, clock }
}

test('an answer that decided nothing is kept sealed, with what identifies it in clear', (t) => {
  const { evidence, kept, logged } = open(10)
  evidence.keepStray({ kind: 'late', message: ANSWER })
  evidence.keep(ANSWER, { path: '4', reason: 'is not the amount asked for' })
  t.like(kept, [
    { kind: 'late', mti: '0210', stan: 101, transmittedAt: '1122100000', responseCode: '00' },
    { kind: 'mismatched' },
  ])
  t.false(JSON.stringify({ ...kept[0], sealedImage: '' }).includes('4539578763621486'))
  t.deepEqual(logged, ['host-answer-unmatched', 'host-answer-mismatched'])
})

test('an answer with a wrong MAC is kept like one that contradicts, and told by its own name', (t) => {
  const { evidence, kept, logged } = open(10)
  evidence.keepStray({ kind: 'mac-wrong', message: ANSWER })
  t.like(kept, [{ kind: 'mismatched', mti: '0210', stan: 101, responseCode: '00' }])
  t.deepEqual(logged, ['host-mac-wrong'])
})

test('past the limit of a minute mismatched answers are neither kept nor told', (t) => {
  const { evidence, kept, logged } = open(2)
  for (let count = 0; count < 10; count++) evidence.keep(ANSWER, { path: '4', reason: 'differs' })
  t.is(kept.length, 2)
  const mismatched = ['host-answer-mismatched', 'host-answer-mismatched']
  t.deepEqual(logged, [...mismatched, 'strays-no-longer-kept'])
})

test('past the limit of a minute answers are not kept, and the log says so once', (t) => {
  const { evidence, kept, logged, clock } = open(3)
  for (let count = 0; count < 10; count++) evidence.keepStray({ kind: 'unknown', message: ANSWER })
  t.is(kept.length, 3)
  const unmatched = Array.from({ length: 3 }, () => 'host-answer-unmatched')
  t.deepEqual(logged, [...unmatched, 'strays-no-longer-kept'])
  clock.advance(60_000)
  evidence.keepStray({ kind: 'unknown', message: ANSWER })
  t.is(kept.length, 4)
})
