import test from 'ava'
import fc from 'fast-check'
import { decodeBase64url, encodeBase64url } from '../../src/envelope/base64url.ts'

test('every byte string has one spelling, which decodes to it', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const text = encodeBase64url(bytes)
      t.regex(text, /^[A-Za-z0-9_-]*$/)
      t.deepEqual(decodeBase64url(text), Buffer.from(bytes))
    }),
  )
  t.deepEqual(decodeBase64url('Zm9vYg'), Buffer.from('foob'))
})

for (const text of [
  'Zg==',
  'Zg=',
  'Zh',
  'Zm9',
  'Zm9vYg ',
  ' Zg',
  'Z g',
  'Zg\n',
  'Z',
  'Zm9vY',
  '-+',
  '_/',
  'Zé',
]) {
  test(`not canonical: ${JSON.stringify(text)}`, (t) => {
    t.is(decodeBase64url(text), undefined)
  })
}
