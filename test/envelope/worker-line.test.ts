import { Worker } from 'node:worker_threads'
import test from 'ava'
import { EnvelopeError } from '#envelope'
import { createWorkerLine } from '../../src/envelope/worker-line.ts'
import { handClock } from './parties.ts'

const DYING = {
  'throws at its first batch':
    "require('worker_threads').parentPort.on('message', () => { throw 0 })",
  'exits at its first batch':
    "require('worker_threads').parentPort.on('message', () => process.exit(0))",
  'never begins': 'throw new Error()',
}

for (const [title, source] of Object.entries(DYING)) {
  test(`a worker that ${title} is reported, never silent`, async (t) => {
    const worker = new Worker(source, { eval: true })
    const reported = new Promise<string>((resolve) => {
      const line = createWorkerLine(worker, {
        clock: handClock(),
        onLost: () => {
          line.abandon(new EnvelopeError('WORKER_LOST', 'gone'))
          resolve('lost')
        },
      })
      void t.throwsAsync(line.open(Buffer.from('x')), { code: 'WORKER_LOST' })
    })
    t.is(await reported, 'lost')
  })
}
