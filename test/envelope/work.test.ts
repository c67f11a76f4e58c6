import test from 'ava'
import { createOpener, defaultEnvelopeLimits } from '#envelope'
import { ASK, packBatch, readBatch, TOLD } from '../../src/envelope/batch.ts'
import { createWork } from '../../src/envelope/work.ts'
import { ecKey, keysFor, registered, senderOf, systemRandom } from './parties.ts'

const acme = ecKey()

type Asked = Parameters<typeof packBatch>[1][number]

/** A worker's work without its thread; batches come when the test says so. */
function open() {
  const time = { nowMs: 0 }
  const limits = defaultEnvelopeLimits
  const opener = createOpener(keysFor(registered('acme', [acme])), limits, {
    clock: { elapsedMs: () => time.nowMs },
    random: systemRandom,
  })
  const told: { readonly kind: number; readonly number: number }[] = []
  const chunks: number[] = []
  let onTold = () => {}
  const work = createWork({ opener, time, limits }, ({ buffer }) => {
    let count = 0
    readBatch(buffer, ({ kind, number }) => {
      told.push({ kind, number })
      count += 1
    })
    chunks.push(count)
    onTold()
  })
  return {
    told,
    chunks,
    /** Do the batches given, and those that `meanwhile` gives when something is told. */
    do(batches: Asked[][], meanwhile: () => Asked[] = () => []) {
      const waiting = [...batches]
      onTold = () => {
        const more = meanwhile()
        if (more.length > 0) waiting.push(more)
      }
      work(() => {
        const batch = waiting.shift()
        return batch === undefined ? undefined : packBatch(0, batch).buffer
      })
    },
  }
}

const { seal } = senderOf(acme)
let last = 0

function toOpen(count: number): Asked[] {
  return Array.from({ length: count }, () => {
    last += 1
    return { kind: ASK.open, number: last, ticket: 0, name: '', body: seal('{}').token }
  })
}

function toSeal(ticket: number): Asked {
  last += 1
  return { kind: ASK.seal, number: last, ticket, name: '', body: '{}' }
}

test('requests are opened in the order in which they came', (t) => {
  const worker = open()
  worker.do([toOpen(3), toOpen(200), toOpen(3)])
  const numbers = worker.told.map(({ number }) => number)
  t.is(numbers.length, 206)
  t.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
})

test('answers are sealed before any request that waits is opened', (t) => {
  const worker = open()
  const first = toOpen(1)
  worker.do([first])
  worker.do([toOpen(5), [toSeal(first[0]?.number ?? 0)]])
  t.is(worker.told[1]?.kind, TOLD.sealed)
  t.is(worker.told.length, 7)
})

test('an answer that comes while requests are opened waits for a few of them only', (t) => {
  const worker = open()
  let isAsked = false
  worker.do([toOpen(500)], () => {
    if (isAsked) return []
    isAsked = true
    return [toSeal(worker.told[0]?.number ?? 0)]
  })
  const at = worker.told.findIndex(({ kind }) => kind === TOLD.sealed)
  t.true(at > 0 && at < 150, `${at}`)
  t.is(worker.told.length, 501)
})

test('what is done is told in chunks, however much there is to do', (t) => {
  const worker = open()
  worker.do([toOpen(300)])
  t.true(worker.chunks.length >= 4)
  t.true(Math.max(...worker.chunks) <= 64)
})
