/** Frames: whatever the segments, the same messages come out, or the same refusal. */
import { compileFrameHeader, createFramer, FrameError, type FrameHeader } from '#iso8583'
import { keptFor } from '../corpus.ts'
import { mutateBytes } from '../mutation/bytes.ts'
import { Finding, outcomeOf, type Target } from './target.ts'

const tpdu = { id: '60', destination: '0001', source: '0203' }
const HEADERS: Readonly<Record<string, unknown>> = {
  'binary-2': { length: { bytes: 2, encoding: 'binary' } },
  'binary-3-itself': { length: { bytes: 3, encoding: 'binary', includesItself: true } },
  'binary-4': { length: { bytes: 4, encoding: 'binary' }, poll: 'refused' },
  'ascii-4': { length: { bytes: 4, encoding: 'ascii' } },
  'bcd-2-tpdu': { length: { bytes: 2, encoding: 'bcd' }, tpdu },
  'binary-2-tpdu': { length: { bytes: 2, encoding: 'binary' }, tpdu, poll: 'refused' },
}
const FRAME_BYTES_MAX = 600
const CODES = new Set(['LENGTH_INVALID', 'FRAME_TOO_LONG', 'FRAME_EMPTY', 'TPDU_INVALID'])

const LEXICON = ['0000', 'FFFF', '00000000', '60000102', '6000020301', '30303030', '39393939']
  .map((hex) => Buffer.from(hex, 'hex'))
  .concat(['-001', '+012', ' 012', '1_00', '0x10'].map((text) => Buffer.from(text)))

export function frameTargets(): Target[] {
  return Object.entries(HEADERS).map(([slug, specification]) => {
    const name = `framer-${slug}`
    const header = compileFrameHeader(specification)
    return {
      name,
      weight: 1,
      seeds: [...streams(header), ...keptFor(name).map(({ input }) => input)],
      lexicon: LEXICON,
      mutate: mutateBytes,
      run: (input) => checkFramer(header, input),
    }
  })
}

function streams(header: FrameHeader): Buffer[] {
  const messages = [
    Buffer.from('first'),
    Buffer.alloc(300, 7),
    Buffer.of(0x30),
    Buffer.from('last'),
  ]
  return [
    Buffer.concat(messages.map((message) => header.wrap(message))),
    header.wrap(Buffer.alloc(FRAME_BYTES_MAX, 0x31)),
    Buffer.concat([header.wrap(Buffer.alloc(0)), header.wrap(Buffer.from('after a poll'))]),
  ]
}

function checkFramer(header: FrameHeader, input: Buffer): string[] {
  const before = Buffer.from(input)
  const whole = cut(header, [input])
  const cuts = [1, 2, 3, 7, 64, 1 + (input[0] ?? 0)]
  for (const bytes of cuts) {
    const segmented = cut(header, segmentsOf(input, bytes))
    if (segmented !== whole) {
      throw new Finding('segments change what comes out', `by ${bytes}: ${segmented}, not ${whole}`)
    }
  }
  if (!input.equals(before)) throw new Finding('a framer changes its input')
  const pieces = whole.split(';')
  return [`${pieces.at(-1)} ${pieces.length - 1}`]
}

/** The messages with their TPDUs, and how it ended. A framer that has refused refuses for good. */
function cut(header: FrameHeader, chunks: readonly Buffer[]): string {
  const framer = createFramer(header, { frameBytesMax: FRAME_BYTES_MAX })
  let seen = ''
  for (const chunk of chunks) {
    const outcome = outcomeOf(() => framer.push(chunk), FrameError)
    framer.messages.forEach((message, index) => {
      if (message.byteLength > FRAME_BYTES_MAX) throw new Finding('a message over the limit')
      const address = Buffer.from(framer.tpdus[index] ?? []).toString('hex')
      seen += `${address}/${Buffer.from(message).toString('hex')};`
    })
    if (outcome.kind === 'made') continue
    const { message } = outcome.error
    if (!CODES.has(message)) throw new Finding('a code outside the closed list', message)
    const again = outcomeOf(() => framer.push(Buffer.from('0')), FrameError)
    if (again.kind === 'made' || again.error.message !== message) {
      throw new Finding('a framer goes on after a refusal')
    }
    return `${seen}${message}`
  }
  return `${seen}open`
}

function segmentsOf(input: Buffer, bytes: number): Buffer[] {
  const count = Math.ceil(input.length / bytes)
  return Array.from({ length: count }, (_, index) =>
    input.subarray(bytes * index, bytes * (index + 1)),
  )
}
