import { createHmac, randomBytes, sign } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { createOpener, defaultEnvelopeLimits } from '#envelope'
import {
  base64url,
  type Forgery,
  forge,
  honestJwe,
  honestJws,
  ieee,
  oaep,
  pkcs1,
  pss,
} from './forge.ts'
import {
  ecKey,
  gatewayEnc,
  gatewaySig,
  handClock,
  keysFor,
  registered,
  rsaKey,
  senderOf,
  systemRandom,
} from './parties.ts'

const rsa = rsaKey('sig')
const ec = ecKey()
const stranger = ecKey()
const rsaStranger = rsaKey('sig')
const merchantEnc = rsaKey('enc')
const sleeping = ecKey()
const opener = createOpener(
  keysFor(
    registered('acme', [rsa, ec, merchantEnc]),
    registered('asleep', [sleeping], { active: false }),
  ),
  defaultEnvelopeLimits,
  { clock: handClock(), random: systemRandom },
)
const UNREADABLE = { kind: 'unreadable' } as const

test('what the forger leaves honest is opened, whichever algorithm signed it', (t) => {
  for (const key of [rsa, ec]) t.is(opener.open(forge(key)).kind, 'opened')
})

test('every listed optional header member is accepted with its one value', (t) => {
  const jweHeader = { ...honestJwe(), typ: 'JOSE', cty: 'JOSE' }
  const jwsHeader = { cty: 'json', typ: 'JOSE', ...honestJws(ec) }
  t.is(opener.open(forge(ec, { jweHeader, jwsHeader })).kind, 'opened')
  t.is(opener.open(forge(ec, { jweHeader: ` ${JSON.stringify(jweHeader)}\n` })).kind, 'opened')
})

const jwe = (more: object): Partial<Forgery> => ({ jweHeader: { ...honestJwe(), ...more } })
const jws = (more: object): Partial<Forgery> => ({ jwsHeader: { ...honestJws(ec), ...more } })
const rawJwe = (jweHeader: string): Partial<Forgery> => ({ jweHeader })
const rawJws = (jwsHeader: string): Partial<Forgery> => ({ jwsHeader })
const part = (index: number, change: (text: string) => string): Partial<Forgery> => ({
  token: (parts) => parts.map((text, at) => (at === index ? change(text) : text)).join('.'),
})
const inner = (change: (parts: string[]) => string[]): Partial<Forgery> => ({
  inner: (text) => change(text.split('.')).join('.'),
})
const without = (header: object, name: string) =>
  Object.fromEntries(Object.entries(header).filter(([member]) => member !== name))
/** Sets a bit that no byte of the part reaches, which lenient decoders drop. */
const slackBit = (text: string) => {
  const last = ALPHABET.indexOf(text.at(-1) ?? '')
  return text.slice(0, -1) + ALPHABET[last | 1]
}
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const other43 = 'A'.repeat(43)

const EMBEDDED = {
  zip: 'DEF',
  crit: ['exp'],
  jwk: ec.jwk,
  jku: 'https://example.com/keys',
  x5c: ['MIIB'],
  x5u: 'https://example.com/chain',
  x5t: other43,
  'x5t#S256': other43,
  b64: false,
  p2c: 1,
  p2s: 'AAAA',
  epk: ec.jwk,
  apu: 'AAAA',
  iss: 'acme',
  exp: 1,
}

const FORGERIES: Record<string, Partial<Forgery>> = {
  'JWE alg RSA1_5, truly so': {
    jweHeader: { ...honestJwe(), alg: 'RSA1_5' },
    encryptedKey: pkcs1,
  },
  'JWE alg RSA1_5 in name only': jwe({ alg: 'RSA1_5' }),
  'PKCS #1 v1.5 under the name of OAEP': { encryptedKey: pkcs1 },
  'JWE alg RSA-OAEP, truly so': {
    jweHeader: { ...honestJwe(), alg: 'RSA-OAEP' },
    encryptedKey: (key) => oaep(key, 'sha1'),
  },
  'OAEP with SHA-1 under the name of SHA-256': { encryptedKey: (key) => oaep(key, 'sha1') },
  'OAEP with SHA-384': { encryptedKey: (key) => oaep(key, 'sha384') },
  'JWE alg dir': { jweHeader: { ...honestJwe(), alg: 'dir' }, encryptedKey: () => Buffer.alloc(0) },
  'JWE alg A256KW': jwe({ alg: 'A256KW' }),
  'JWE alg ECDH-ES': jwe({ alg: 'ECDH-ES' }),
  'JWE alg PBES2': jwe({ alg: 'PBES2-HS256+A128KW' }),
  'JWE alg none': jwe({ alg: 'none' }),
  'JWE alg in the wrong case': jwe({ alg: 'rsa-oaep-256' }),
  'JWE alg a list': jwe({ alg: ['RSA-OAEP-256'] }),
  'JWE enc A128GCM': jwe({ enc: 'A128GCM' }),
  'JWE enc A256CBC-HS512': jwe({ enc: 'A256CBC-HS512' }),
  'JWE enc null': jwe({ enc: null }),
  'JWE kid of nobody': jwe({ kid: other43 }),
  "JWE kid of the gateway's signing key": jwe({ kid: gatewaySig.kid }),
  'JWE kid a path': jwe({ kid: '../../etc/passwd' }),
  'JWE kid one character longer': jwe({ kid: `${gatewayEnc.kid}A` }),
  'JWE kid with a line end': jwe({ kid: `${gatewayEnc.kid}\n` }),
  'JWE kid a number': jwe({ kid: 1 }),
  'JWE typ JWT': jwe({ typ: 'JWT' }),
  'JWE cty JWT': jwe({ cty: 'JWT' }),
  'JWE aud, which belongs to the JWS': jwe({ aud: gatewayEnc.kid }),
  'JWE header not JSON': rawJwe('{'),
  'JWE header a list': rawJwe('["alg"]'),
  'JWE header text': rawJwe('"alg"'),
  'JWE header empty': rawJwe(''),
  'JWE header with a byte order mark': rawJwe(`\uFEFF${JSON.stringify(honestJwe())}`),
  'JWE header with something behind it': rawJwe(`${JSON.stringify(honestJwe())}{}`),
  'JWE header with alg twice': rawJwe(
    `{"alg":"RSA1_5","alg":"RSA-OAEP-256","enc":"A256GCM","kid":"${gatewayEnc.kid}"}`,
  ),
  'JWE header with alg twice, one escaped': rawJwe(
    `{"alg":"RSA-OAEP-256","\\u0061lg":"RSA-OAEP-256","enc":"A256GCM","kid":"${gatewayEnc.kid}"}`,
  ),
  'JWE header with __proto__': rawJwe(
    `{"__proto__":{},"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"${gatewayEnc.kid}"}`,
  ),
  'JWE header with a comment': rawJwe(`${JSON.stringify(honestJwe())}//`),
  'JWE header over 1,024 bytes': rawJwe(' '.repeat(1_024) + JSON.stringify(honestJwe())),
  'content key of 128 bits': {
    encryptedKey: (key) => oaep(key.subarray(0, 16)),
  },
  'content key of 264 bits': { encryptedKey: (key) => oaep(Buffer.concat([key, Buffer.alloc(1)])) },
  'content key empty': { encryptedKey: () => oaep(Buffer.alloc(0)) },
  'another content key': { encryptedKey: () => oaep(randomBytes(32)) },
  'encrypted key of zeros': { encryptedKey: () => Buffer.alloc(256) },
  'content key of zeros, where the encrypted key does not unwrap': {
    contentKey: Buffer.alloc(32),
    encryptedKey: () => randomBytes(256),
  },
  'encrypted key above the modulus': { encryptedKey: () => Buffer.alloc(256, 0xff) },
  'encrypted key a byte short': { encryptedKey: (key) => oaep(key).subarray(1) },
  'encrypted key with a leading zero byte': {
    encryptedKey: (key) => Buffer.concat([Buffer.alloc(1), oaep(key)]),
  },
  'encrypted key missing': { encryptedKey: () => Buffer.alloc(0) },
  'encrypted key for another RSA key': {
    encryptedKey: (key) => oaep(key, 'sha256', rsaStranger.privateKey),
  },
  'IV of 128 bits': { iv: randomBytes(16) },
  'IV of 64 bits': { iv: randomBytes(8) },
  'IV missing': part(2, () => ''),
  'another IV': part(2, () => base64url(randomBytes(12))),
  'tag of 32 bits': { tagBytes: 4 },
  'tag of 96 bits': { tagBytes: 12 },
  'tag of 120 bits': { tagBytes: 15 },
  'tag cut to 64 bits': part(4, (tag) => base64url(Buffer.from(tag, 'base64url').subarray(0, 8))),
  'tag missing': part(4, () => ''),
  'tag longer': part(4, (tag) => `${tag.slice(0, -1)}AAA`),
  'another tag': part(4, () => base64url(randomBytes(16))),
  'ciphertext missing': part(3, () => ''),
  'ciphertext cut': part(3, (text) => text.slice(0, -4)),
  'header changed after encryption': part(0, () =>
    base64url(JSON.stringify({ ...honestJwe(), typ: 'JOSE' })),
  ),
  'four parts': { token: (parts) => parts.slice(0, 4).join('.') },
  'six parts': { token: (parts) => [...parts, 'AAAA'].join('.') },
  'a dot at the end': { token: (parts) => `${parts.join('.')}.` },
  'a space in front': { token: (parts) => ` ${parts.join('.')}` },
  'a line end behind': { token: (parts) => `${parts.join('.')}\n` },
  'general JSON serialization': {
    token: ([header, key, iv, ciphertext, tag]) =>
      JSON.stringify({ protected: header, encrypted_key: key, iv, ciphertext, tag }),
  },
  'nothing at all': { token: () => '' },
  'four dots': { token: () => '....' },
  'header padded': part(0, (text) => `${text}=`),
  'encrypted key padded': part(1, (text) => `${text}==`),
  'IV padded with a space': part(2, (text) => `${text} `),
  'ciphertext with a space': part(3, (text) => `${text.slice(0, 8)} ${text.slice(8)}`),
  'ciphertext with a line end': part(3, (text) => `${text.slice(0, 8)}\r\n${text.slice(8)}`),
  'tag padded': part(4, (text) => `${text}==`),
  'slack bits in the encrypted key': part(1, slackBit),
  'slack bits in the tag': part(4, slackBit),
  'the other base64 alphabet': part(1, (text) => text.replaceAll('-', '+').replaceAll('_', '/')),
  'a byte above ASCII': part(3, (text) => `${text.slice(0, 8)}é${text.slice(9)}`),
  'a whole token over 61,440 bytes': { payload: JSON.stringify('x'.repeat(50_000)) },

  'JWS alg none, signed all the same': jws({ alg: 'none' }),
  'JWS alg none without a signature': {
    jwsHeader: { ...honestJws(ec), alg: 'none' },
    signature: () => '',
  },
  'JWS alg nOnE': { jwsHeader: { ...honestJws(ec), alg: 'nOnE' }, signature: () => '' },
  'signature missing': { signature: () => '' },
  "JWS alg HS256 over the merchant's public key": {
    jwsHeader: { ...honestJws(ec), alg: 'HS256' },
    signature: (signed) => createHmac('sha256', JSON.stringify(ec.jwk)).update(signed).digest(),
  },
  'JWS alg RS256, truly so': {
    jwsHeader: { ...honestJws(rsa), alg: 'RS256' },
    signature: (signed) => sign('sha256', Buffer.from(signed), rsa.privateKey),
  },
  'PKCS #1 v1.5 under the name of PSS': {
    jwsHeader: honestJws(rsa),
    signature: (signed) => sign('sha256', Buffer.from(signed), rsa.privateKey),
  },
  'PSS with a salt of 0 bytes': { jwsHeader: honestJws(rsa), signature: rsaSigned(0) },
  'PSS with a salt of 31 bytes': { jwsHeader: honestJws(rsa), signature: rsaSigned(31) },
  'PSS with the longest salt': { jwsHeader: honestJws(rsa), signature: rsaSigned(222) },
  'PSS with SHA-384': {
    jwsHeader: honestJws(rsa),
    signature: (signed) => pss('sha384', 32)(signed, rsa),
  },
  'PSS signature with a leading zero byte': {
    jwsHeader: honestJws(rsa),
    signature: (signed) => Buffer.concat([Buffer.alloc(1), rsaSigned(32)(signed)]),
  },
  'PSS signature cut': {
    jwsHeader: honestJws(rsa),
    signature: (signed) => rsaSigned(32)(signed).subarray(0, 255),
  },
  'PSS signature of zeros': { jwsHeader: honestJws(rsa), signature: () => Buffer.alloc(256) },
  'JWS alg PS384': { jwsHeader: { ...honestJws(rsa), alg: 'PS384' }, signature: rsaSigned(32) },
  'JWS alg ES256 over a good PS256 signature': {
    jwsHeader: { ...honestJws(rsa), alg: 'ES256' },
    signature: rsaSigned(32),
  },
  'JWS alg ES256 with the kid of an RSA key': jws({ kid: rsa.kid }),
  'JWS alg PS256 with the kid of an EC key': {
    jwsHeader: { ...honestJws(rsa), kid: ec.kid },
    signature: rsaSigned(32),
  },
  'ES256 in DER': { signature: (signed) => sign('sha256', Buffer.from(signed), ec.privateKey) },
  'ES256 signature of zeros': { signature: () => Buffer.alloc(64) },
  'ES256 signature of ones': { signature: () => Buffer.alloc(64, 0xff) },
  'ES256 with r = s = 1': {
    signature: () => Buffer.from([...Buffer.alloc(31), 1, ...Buffer.alloc(31), 1]),
  },
  'ES256 with s = 0': {
    signature: (signed, key) =>
      Buffer.concat([ieee(signed, key).subarray(0, 32), Buffer.alloc(32)]),
  },
  'ES256 with 63 bytes': { signature: (signed, key) => ieee(signed, key).subarray(0, 63) },
  'ES256 with 65 bytes': {
    signature: (signed, key) => Buffer.concat([ieee(signed, key), Buffer.alloc(1)]),
  },
  'ES256 with r and s exchanged': {
    signature(signed, key) {
      const raw = ieee(signed, key)
      return Buffer.concat([raw.subarray(32), raw.subarray(0, 32)])
    },
  },
  'signed by a stranger under his own kid': {
    jwsHeader: honestJws(stranger),
    signature: (signed) => ieee(signed, stranger),
  },
  "signed by a stranger under the merchant's kid": {
    signature: (signed) => ieee(signed, stranger),
  },
  'signed with RSA by a stranger': {
    jwsHeader: honestJws(rsaStranger),
    signature: (signed) => pss('sha256', 32)(signed, rsaStranger),
  },
  "signed with the merchant's encryption key": {
    jwsHeader: honestJws(merchantEnc),
    signature: (signed) => pss('sha256', 32)(signed, merchantEnc),
  },
  "signed with the gateway's own signing key": {
    jwsHeader: honestJws(gatewaySig),
    signature: (signed) => ieee(signed, gatewaySig),
  },
  "signed with the gateway's own encryption key, which is the decoy": {
    jwsHeader: honestJws(gatewayEnc),
    signature: (signed) => pss('sha256', 32)(signed, gatewayEnc),
  },
  'signed by a merchant that is not active': {
    jwsHeader: honestJws(sleeping),
    signature: (signed) => ieee(signed, sleeping),
  },
  'JWS for another gateway': jws({ aud: other43 }),
  'JWS kid a path': jws({ kid: '/dev/null' }),
  'JWS kid empty': jws({ kid: '' }),
  'JWS typ JWT': jws({ typ: 'JWT' }),
  'JWS cty text': jws({ cty: 'text' }),
  'JWS header not JSON': rawJws('alg'),
  'JWS header with kid twice': rawJws(
    `{"alg":"ES256","kid":"${stranger.kid}","kid":"${ec.kid}","aud":"${gatewayEnc.kid}"}`,
  ),
  'JWS payload changed': inner(([header = '', , signature = '']) => [
    header,
    base64url('{"type":"other"}'),
    signature,
  ]),
  'JWS header changed': inner(([, payload = '', signature = '']) => [
    base64url(JSON.stringify({ typ: 'JOSE', ...honestJws(ec) })),
    payload,
    signature,
  ]),
  'JWS of two parts': inner((parts) => parts.slice(0, 2)),
  'JWS of four parts': inner((parts) => [...parts, 'AAAA']),
  'JWS payload padded': inner(([header = '', payload = '', signature = '']) => [
    header,
    `${payload}=`,
    signature,
  ]),
  'JWS signature padded': inner(([header = '', payload = '', signature = '']) => [
    header,
    payload,
    `${signature}==`,
  ]),
  'slack bits in the JWS signature': inner(([header = '', payload = '', signature = '']) => [
    header,
    payload,
    slackBit(signature),
  ]),
  'JSON in clear inside the JWE': { inner: () => '{"type":"echo"}' },
  'a JWE inside the JWE': { inner: () => forge(ec).toString() },
}

function rsaSigned(saltLength: number) {
  return (signed: string) => pss('sha256', saltLength)(signed, rsa)
}

for (const [title, change] of Object.entries(FORGERIES)) {
  test(`unreadable: ${title}`, (t) => {
    t.deepEqual(opener.open(forge(ec, change)), UNREADABLE)
  })
}

for (const [name, value] of Object.entries(EMBEDDED)) {
  test(`unreadable: ${name} in either header`, (t) => {
    t.deepEqual(opener.open(forge(ec, jwe({ [name]: value }))), UNREADABLE)
    t.deepEqual(opener.open(forge(ec, jws({ [name]: value }))), UNREADABLE)
  })
}

for (const name of ['alg', 'enc', 'kid']) {
  test(`unreadable: no ${name} in the JWE header`, (t) => {
    t.deepEqual(opener.open(forge(ec, { jweHeader: without(honestJwe(), name) })), UNREADABLE)
  })
}

for (const name of ['alg', 'kid', 'aud']) {
  test(`unreadable: no ${name} in the JWS header`, (t) => {
    t.deepEqual(opener.open(forge(ec, { jwsHeader: without(honestJws(ec), name) })), UNREADABLE)
  })
}

test('a token at the limit is opened and one byte over it is not', (t) => {
  const token = forge(ec)
  const limits = { ...defaultEnvelopeLimits, tokenBytesMax: token.length }
  const parts = { clock: handClock(), random: systemRandom }
  const keys = keysFor(registered('acme', [ec]))
  t.is(createOpener(keys, limits, parts).open(token).kind, 'opened')
  const tighter = { ...limits, tokenBytesMax: token.length - 1 }
  t.deepEqual(createOpener(keys, tighter, parts).open(token), UNREADABLE)
})

test('a header at the limit is read and one byte over it is not', (t) => {
  const json = JSON.stringify(honestJwe())
  const padded = (bytes: number) => forge(ec, rawJwe(json.padEnd(bytes)))
  t.is(opener.open(padded(1_024)).kind, 'opened')
  t.deepEqual(opener.open(padded(1_025)), UNREADABLE)
})

test('any one bit flipped anywhere makes a request unreadable', (t) => {
  const { seal } = senderOf(ec)
  const token = seal('{"type":"echo","id":"1"}').token
  t.is(opener.open(token).kind, 'opened')
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.nat(7), (at, bit) => {
      const flipped = Buffer.from(token)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
      return opener.open(flipped).kind === 'unreadable'
    }),
    { numRuns: 400 },
  )
})

test('any bytes at all are unreadable, and never throw', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        return opener.open(bytes).kind === 'unreadable'
      }),
    ),
  )
})
