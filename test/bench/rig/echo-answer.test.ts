import { readFileSync } from 'node:fs'
import test from 'ava'
import { HEADER_BYTES, writeAnswer } from '../../../bench/rig/echo-answer.ts'

const TRANSCRIPTS = new URL('../../../specs/hosts/meridian/transcripts/', import.meta.url)

for (const file of ['01-sign-on.json', '02-echo.json', '05-authorization-approved.json']) {
  test(`the host answers the request of ${file} as the transcript does`, (t) => {
    const [request, golden] = stepsOf(file)
    const answer = answerTo(Buffer.from(request ?? '', 'latin1'))
    t.is(withoutInventions(answer), withoutInventions(golden ?? ''))
  })
}

test('a payment without additional data is answered without', (t) => {
  const [request = ''] = stepsOf('05-authorization-approved.json')
  const plain = request.replace('08E18000', '08E08000').replace('0079203456', '')
  const answer = answerTo(Buffer.from(plain, 'latin1'))
  t.is(answer.slice(4, 20), '723A00010EC08002')
  t.false(answer.includes('8701M'))
})

function stepsOf(file: string): string[] {
  const { steps } = JSON.parse(readFileSync(new URL(file, TRANSCRIPTS), 'utf8'))
  return steps.map((step: { hex: string }) => Buffer.from(step.hex, 'hex').toString('latin1'))
}

/** Checks the frame header and takes it off. */
function answerTo(message: Buffer): string {
  const to = Buffer.alloc(2 * message.length)
  const end = writeAnswer(message, to, 0)
  if (to.readUInt16BE(0) !== end - HEADER_BYTES) throw new Error('the header does not fit')
  return to.toString('latin1', HEADER_BYTES, end)
}

/** DE38 and DE63 are the host's own: any six and any fifteen characters. */
function withoutInventions(answer: string): string {
  return answer.replace(/\d{6}00(?=TERM)/, '(38)00').replace(/M\d{14}$/, '(63)')
}
