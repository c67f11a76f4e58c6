import { generateKeyPairSync, sign, verify } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { derOfRaw, rawOfDer } from '../../src/envelope/ecdsa.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('raw to DER and back is the identity, whatever zeros r and s begin with', (t) => {
  const half = fc
    .tuple(fc.nat(31), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([zeros, bytes]) => Buffer.concat([Buffer.alloc(zeros), bytes.subarray(zeros)]))
  fc.assert(
    fc.property(half, half, (r, s) => {
      const raw = Buffer.concat([r, s])
      t.deepEqual(rawOfDer(derOfRaw(raw) ?? Buffer.alloc(0)), raw)
    }),
  )
})

test('our two forms are those that node converts by itself', (t) => {
  for (let index = 0; index < 200; index++) {
    const data = Buffer.from(`message ${index}`)
    const raw = rawOfDer(sign('sha256', data, privateKey))
    t.true(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw))
    const der = derOfRaw(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }))
    t.true(der !== undefined && verify('sha256', data, publicKey, der))
  }
})

test('a raw signature that is not 64 bytes has no DER form', (t) => {
  for (const bytes of [0, 63, 65, 128]) t.is(derOfRaw(Buffer.alloc(bytes)), undefined)
})
