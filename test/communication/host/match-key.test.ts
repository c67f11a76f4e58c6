import test from 'ava'
import { compileMatchKey } from '../../../src/communication/host/match-key.ts'

const keyOf = compileMatchKey(['11', '7', '41'])
const fields = { '11': '000001', '7': '1122100000', '41': 'TERM1   ' }
const asked = keyOf({ mti: '0200', fields })

test('an answer has the key of its request, whatever its function and originator', (t) => {
  t.is(keyOf({ mti: '0210', fields: { ...fields, '39': '00' } }), asked)
  t.is(keyOf({ mti: '0421', fields }), keyOf({ mti: '0430', fields }))
})

test('spaces behind an element do not count', (t) => {
  t.is(keyOf({ mti: '0210', fields: { ...fields, '41': 'TERM1' } }), asked)
})

for (const [what, mti, changed] of [
  ['another class', '0410', {}],
  ['another version', '1210', {}],
  ['another trace number', '0210', { '11': '000002' }],
  ['another terminal', '0210', { '41': 'TERM2' }],
  ['no terminal', '0210', { '41': '' }],
  ['a part moved to its neighbour', '0210', { '11': '0000011', '7': '122100000' }],
] as const) {
  test(`${what} is another key`, (t) => {
    t.not(keyOf({ mti, fields: { ...fields, ...changed } }), asked)
  })
}
