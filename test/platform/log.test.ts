import { PassThrough } from 'node:stream'
import test from 'ava'
import { Pan, Secret } from '#domain'
import { createLog } from '#platform'

function linesOf(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const sink = new PassThrough()
  write(createLog('info', sink))
  return String(sink.read() ?? '')
    .split('\n')
    .filter((line) => line !== '')
}

test('each event is one line of JSON with its level, time and facts', (t) => {
  const [line = ''] = linesOf((log) => log.with({ link: 1 }).warn('link-down', { misses: 3 }))
  const { timestamp, ...rest } = JSON.parse(line)
  t.regex(timestamp, /^\d{4}-\d\d-\d\dT/)
  t.deepEqual(rest, { level: 'warn', message: 'link-down', link: 1, misses: 3 })
})

test('control characters in a fact cannot begin a second line', (t) => {
  t.is(linesOf((log) => log.info('seen', { text: 'a\r\nb\u001b[2J\u2028' })).length, 1)
})

test('a card number, a secret, bytes and the text of an error do not reach the log', (t) => {
  const lines = linesOf((log) => {
    const error = Object.assign(new Error('card 4539578763621486 refused'), { code: 'E_CARD' })
    log.error('fault', {
      pan: Pan.parse('4539578763621486'),
      key: new Secret('hunter2'),
      bytes: Buffer.from('4539578763621486'),
      deep: [{ bytes: new Uint8Array(Buffer.from('4539578763621486')) }],
      nested: { error },
    })
  }).join()
  t.false(lines.includes('4539578763621486'))
  t.false(lines.includes('hunter2'))
  t.false(lines.includes('52,53,51'))
  t.is(lines.match(/\[bytes\]/g)?.length, 2)
  t.true(lines.includes('"code":"E_CARD"'))
})

test('what lies below the level is not written', (t) => {
  t.deepEqual(
    linesOf((log) => log.debug('detail')),
    [],
  )
})
