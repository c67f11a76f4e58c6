import test from 'ava'
import { DecodeError, type DecodeErrorCode } from '#iso8583'
import { hintsOf, misfitHint } from '../../../src/iso8583/diagnosis/hints.ts'
import { SALE } from './captures.ts'

const PLACES: readonly [code: DecodeErrorCode, bytes: string, hint: RegExp][] = [
  ['CONTENT_INVALID', '31323334', /look like ASCII digits/],
  ['LENGTH_INVALID', 'f1f2f3f4', /look like EBCDIC digits/],
  ['PAD_INVALID', '12345678', /look like packed digits/],
  ['CONTENT_INVALID', 'c1c2c3c4', /look like EBCDIC text/],
  ['CONTENT_INVALID', '41426344', /look like ASCII letters/],
  ['CONTENT_INVALID', '4a2f4344', /look like ASCII text/],
  ['CONTENT_INVALID', '20202020', /look like ASCII spaces/],
  ['CONTENT_INVALID', 'deadbeef', /none of ASCII, EBCDIC and packed digits/],
  ['CONTENT_INVALID', 'ff000a41', /none of ASCII, EBCDIC and packed digits/],
  ['CONTENT_INVALID', '', /the end of the message/],
  ['TRAILING_BYTES', '0d0a', /2 bytes are left over: a line end/],
  ['TRUNCATED', '31', /1 bytes are left, and more were wanted/],
  ['FIELD_UNKNOWN', '31', /announces element 48, which the dialect lacks/],
  ['TAG_UNKNOWN', '31', /a tag that the dialect lacks/],
]

for (const [code, bytes, hint] of PLACES) {
  test(`${code} at ${bytes || 'the end'} is told as ${hint.source}`, (t) => {
    const error = new DecodeError(code, 4, '48')
    t.regex(misfitHint(error, Buffer.from(`00000000${bytes}`, 'hex')), hint)
  })
}

const CAPTURES: readonly [what: string, bytes: Buffer, hint: RegExp][] = [
  [
    'a length',
    Buffer.concat([Buffer.of(0, 3), Buffer.from('abc')]),
    /2-byte binary length is right/,
  ],
  ['a cut frame', Buffer.concat([Buffer.of(0, 9), Buffer.from('abcdef')]), /ask for 3 bytes more/],
  [
    'a message behind something',
    Buffer.concat([Buffer.from('XYZ'), SALE]),
    /in ASCII stand at byte 3/,
  ],
  ['packed digits', Buffer.from('0800', 'hex'), /packed digits like a message type/],
  ['EBCDIC', Buffer.from('f0f8f0f0', 'hex'), /EBCDIC digits like a message type stand at byte 0/],
  ['hex of hex', Buffer.from('4142434445464748'), /hex of hex/],
  ['a line end', Buffer.from('abc\n'), /ends in a line end/],
  ['an ETX', Buffer.from('abc\x03'), /ends in ETX/],
]

for (const [what, bytes, hint] of CAPTURES) {
  test(`${what} is seen`, (t) => t.regex(hintsOf({ how: 'hex', bytes }).join('\n'), hint))
}

test('of nothing there is nothing to say', (t) => {
  t.deepEqual(hintsOf({ how: 'hex', bytes: Buffer.alloc(0) }), [])
})
