import test from 'ava'
import type { Blow, Strike } from './strike.ts'
import { strikeFaults } from './strike-faults.ts'

const calm = { settledAfterMs: 0, ends: {}, faults: [] }
const stopped: Strike = { phase: 'working', exitCode: 6, toldAfter: [], calm }
const eio: Blow = { call: 'sync', nth: 8, by: 'EIO' }
const kill: Blow = { call: 'sync', nth: 8, by: 'SIGKILL' }

test('a gateway may stop itself, be killed, or come to its end before the blow', (t) => {
  t.deepEqual(strikeFaults(eio, stopped), [])
  t.deepEqual(strikeFaults(eio, { ...stopped, phase: 'opening', exitCode: 3 }), [])
  t.deepEqual(strikeFaults(kill, { ...stopped, exitCode: undefined }), [])
  t.deepEqual(strikeFaults(eio, { ...stopped, phase: undefined, exitCode: 0 }), [])
})

test('a gateway that found no room once goes on in its reserve', (t) => {
  const full: Blow = { call: 'store-write', nth: 62, by: 'ENOSPC' }
  const going: Strike = { ...stopped, exitCode: 0, toldAfter: ['order-4'] }
  t.deepEqual(strikeFaults(full, going), [])
  t.is(strikeFaults({ ...full, by: 'ENOSPC+' }, going).length, 2)
})

test('found is a gateway that goes on, tells what is not on disk, or loses anything', (t) => {
  t.deepEqual(strikeFaults(eio, { ...stopped, exitCode: 0 }), [
    'EIO at sync 8: it ended with 0 while working',
  ])
  t.deepEqual(strikeFaults(eio, { ...stopped, toldAfter: ['order-1'] }), [
    'EIO at sync 8: order-1 was told although a call had failed',
  ])
  const lost = { ...calm, faults: ['order-1 was told and is not in the journal'] }
  t.deepEqual(strikeFaults(kill, { ...stopped, exitCode: undefined, calm: lost }), [
    'SIGKILL at sync 8: order-1 was told and is not in the journal',
  ])
})
