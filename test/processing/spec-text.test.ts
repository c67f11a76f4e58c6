import test from 'ava'
import { locateFaults, parseSpec } from '#processing'

const TEXT = `{
  "host": "x",
  "tables": { "a/b": { "values": ["1", "2"] } }
}
`

test('a fault is shown at its member, by line and column and pointer', (t) => {
  const path = ['tables', 'a/b', 'values', 1]
  t.deepEqual(locateFaults(TEXT, [{ path, reason: 'r' }]), [
    { line: 3, column: 40, path: '/tables/a~1b/values/1', reason: 'r' },
  ])
  t.like(locateFaults(TEXT, [{ path: ['host'], reason: 'r' }])[0], { line: 2, column: 3 })
})

test('what is missing is shown at what should contain it', (t) => {
  t.like(locateFaults(TEXT, [{ path: ['tables', 'c'], reason: 'r' }])[0], { line: 3, column: 3 })
  t.like(locateFaults(TEXT, [{ path: ['q'], reason: 'r' }])[0], { line: 1, column: 1 })
  t.like(locateFaults(TEXT, [{ path: [], reason: 'r' }])[0], { path: '(file)', line: 1 })
  t.like(locateFaults('', [{ path: [], reason: 'r' }])[0], { line: 1, column: 1 })
})

test('a text that is no JSON is faulty, with the place', (t) => {
  const parsed = parseSpec('{\n  "a": 1,\n  // no\n  "b": }')
  t.is(parsed.kind, 'faulty')
  if (parsed.kind === 'faulty') {
    t.deepEqual(
      parsed.faults.map(({ line, column }) => [line, column]),
      [
        [3, 3],
        [4, 8],
      ],
    )
  }
  t.deepEqual(parseSpec('{"a":1}'), { kind: 'parsed', spec: { a: 1 } })
})
