import test from 'ava'
import { compileDialect } from '#iso8583'
import { maskedMessage } from '../../../src/cli/message/json.ts'

const PAN = '4539578763621486'
const tags = (tagDigits: number, other?: object) => ({
  name: 'Tags',
  length: { max: 99, prefix: { digits: 2 } },
  composite: {
    kind: 'tagged',
    tag: { content: 'n', length: tagDigits },
    prefix: { digits: 2 },
    parts: {},
    other: { name: 'Not listed', length: { max: 60 }, ...(other ?? { content: 'ans' }) },
  },
})
const inner = {
  composite: {
    kind: 'positional',
    parts: [{ key: 'a', name: 'A', content: 'n', length: 2 }],
  },
}
const dialect = compileDialect({
  name: 'tagged',
  mti: { encoding: 'ascii' },
  bitmap: { encoding: 'hex', count: 1 },
  defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
  fields: {
    4: { name: 'Amount', content: 'n', length: 4, lenient: ['content'] },
    46: tags(16),
    47: tags(2, inner),
    63: { name: 'Text', content: 'ans', length: { max: 60, prefix: { digits: 2 } } },
  },
})

test('the masked message has the shape of the message, and nothing that describe hides', (t) => {
  const message = {
    mti: '0200',
    fields: { 46: { [PAN]: 'X' }, 47: { 10: { a: '12' } }, 63: `CARD ${PAN}` },
  }
  t.deepEqual(maskedMessage(dialect, message), {
    mti: '0200',
    fields: { 46: { '?': '***' }, 47: { 10: { a: '***' } }, 63: 'CARD 453957******1486' },
  })
})

test('what was read leniently is told with it', (t) => {
  const message = dialect.unpack(Buffer.from('0200100000000000000012X4'))
  t.deepEqual(maskedMessage(dialect, message), {
    mti: '0200',
    fields: { 4: '****' },
    lenient: [{ path: '4', code: 'CONTENT_INVALID', offset: 22 }],
  })
})

test('a message that is none is masked whole', (t) => {
  t.deepEqual(maskedMessage(dialect, { mti: PAN, fields: { 5: PAN, 47: PAN } } as never), {
    mti: '********',
    fields: { 5: '********', 47: '********' },
  })
})
