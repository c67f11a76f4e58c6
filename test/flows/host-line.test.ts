import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { compileDialect } from '#iso8583'
import type { PaymentInput } from '#merchant-client'
import { GOOD_CARD, memberOf, newPayment, startGateway, startHost } from './gateway-under-test.ts'
import { openRecordingLine } from './recording-line.ts'
import { makeSite } from './site.ts'

/** The elements on which tshark and we must agree, wherever they are. */
const ELEMENTS = ['2', '3', '4', '7', '11', '12', '13', '18', '22', '37', '39', '41', '42', '49']
/** Those that each kind of message must have for the agreement to mean anything. */
const REQUEST = ELEMENTS.filter((it) => it !== '39')
const ANSWER = ELEMENTS.filter((it) => !['18', '22'].includes(it))

const DIALECT = compileDialect(
  JSON.parse(readFileSync('specs/hosts/meridian/dialect.json', 'utf8')),
)

/** One message as tshark reads it: by `mti` and element number. */
type Seen = Readonly<Record<string, string | undefined>>

/** Read a capture of the host's line with an ISO 8583 reader that is none of ours. */
function readWithTshark(file: string, port: number): { seen: Seen; bytes: Buffer }[] {
  const fields = ['iso8583.mti', ...ELEMENTS.map((it) => `iso8583.bit${it}`), 'tcp.payload']
  const { error, status, stdout, stderr } = spawnSync(
    'tshark',
    [
      ...['-r', file, '-d', `tcp.port==${port},iso8583`, '-o', 'iso8583.len_endian:Big endian'],
      ...['-Y', 'iso8583', '-T', 'fields', '-E', 'separator=|', '-E', 'occurrence=a'],
      ...['-E', 'aggregator=^', ...fields.flatMap((it) => ['-e', it])],
    ],
    { encoding: 'utf8', timeout: 30_000 },
  )
  if (error) throw new Error('tshark is needed for this test: apt-get install tshark')
  if (status !== 0) throw new Error(stderr)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [mti, ...values] = line.split('|')
      const payload = values.pop() ?? ''
      const pairs = ELEMENTS.map((element, index) => [element, values[index] || undefined])
      return {
        seen: { mti, ...Object.fromEntries(pairs) },
        bytes: Buffer.from(payload, 'hex'),
      }
    })
}

/** The same of our own codec: fixed text comes without its filling, so it is filled again. */
function readOurselves(bytes: Buffer): Seen {
  const { mti, fields } = DIALECT.unpack(bytes.subarray(2))
  const pairs = ELEMENTS.map((element) => {
    const value = fields[element]
    return [element, typeof value === 'string' && element === '42' ? value.padEnd(15) : value]
  })
  return { mti, ...Object.fromEntries(pairs) }
}

test('tshark reads the line of a running gateway as we do, requests and answers', async (t) => {
  const site = await makeSite()
  const host = await startHost(site)
  const line = await openRecordingLine(host.port)
  const gateway = await startGateway(site, line.port)
  const client = gateway.client()
  t.teardown(async () => {
    client.close()
    await line.close()
    await Promise.all([gateway.kill(), host.kill()])
    site.remove()
  })

  const { cvv2: _, ...lost } = { ...GOOD_CARD, pan: '4000000000000119' }
  const asked: [PaymentInput, 'sale' | 'authorize'][] = [
    [newPayment({ address: { street: '1 Main Street', postcode: '10001' } }), 'sale'],
    [newPayment(), 'authorize'],
    [newPayment({ card: lost }), 'sale'],
  ]
  const results = []
  for (const [payment, operation] of asked) results.push(await client[operation](payment))
  const file = join(site.folder, 'line.pcap')
  line.save(file)

  const messages = readWithTshark(file, host.port)
  for (const { seen, bytes } of messages) t.deepEqual(seen, readOurselves(bytes), seen['mti'])
  const ofClass = (mti: string) => messages.map(({ seen }) => seen).filter((it) => it.mti === mti)
  t.deepEqual([ofClass('0800').length, ofClass('0810').length], [2, 2])

  const requests = [...ofClass('0200'), ...ofClass('0100')]
  const answers = [...ofClass('0210'), ...ofClass('0110')]
  t.is(requests.length, asked.length)
  t.is(answers.length, asked.length)
  for (const seen of requests) t.deepEqual(elementsIn(seen), REQUEST)
  for (const seen of answers) t.deepEqual(elementsIn(seen), ANSWER)

  // And both agree with what the merchant asked and heard.
  for (const [index, [payment, operation]] of asked.entries()) {
    const amount = payment.amount.value.padStart(12, '0')
    const request = requests.find((it) => it['4'] === amount)
    const answer = answers.find((it) => it['4'] === amount)
    const result = results[index]
    if (result === undefined) throw new Error('each was asked')
    t.like(request, {
      mti: operation === 'sale' ? '0200' : '0100',
      '2': 'pan' in payment.card ? payment.card.pan : undefined,
      '18': '5942',
      '22': '812',
      '41': 'T0000001',
      '42': 'M-1001'.padEnd(15),
      '49': '840',
    })
    for (const [element, member] of [
      ['11', 'stan'],
      ['37', 'rrn'],
      ['39', 'responseCode'],
    ] as const) {
      t.is(answer?.[element], String(memberOf(result, member)))
    }
  }
})

function elementsIn(seen: Seen): string[] {
  return ELEMENTS.filter((element) => seen[element] !== undefined)
}
