import test from 'ava'
import { printParseErrorCode } from 'jsonc-parser'
import { locateFaults, parseSpec, SPEC_TEXT_LIMITS, syntaxFault } from '#processing'

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

test('whatever the parser stops at is told in words', (t) => {
  const codes = Array.from({ length: 30 }, (_, code) => code)
  const known = codes.filter((code) => !printParseErrorCode(code).startsWith('<unknown'))
  t.is(known.length, 16)
  for (const code of known) t.not(syntaxFault(code), 'cannot be read')
  const parsed = parseSpec('{"InvalidSymbol": 1 "CommaExpected": 2}')
  t.is(parsed.kind === 'faulty' && parsed.faults[0]?.reason, 'is no JSON: a comma is missing')
})

test('a text at the limits of size and nesting is read, one past them is refused', (t) => {
  const { bytesMax, depthMax } = SPEC_TEXT_LIMITS
  const sized = (bytes: number) => `"${'\u00e9'.repeat((bytes - 2) / 2)}"`
  t.is(parseSpec(sized(bytesMax)).kind, 'parsed')
  t.like(parseSpec(`${sized(bytesMax)} `), {
    kind: 'faulty',
    faults: [{ reason: `is larger than ${bytesMax} bytes` }],
  })
  const nested = (depth: number) => `${'['.repeat(depth)}"]]]\\"[["${']'.repeat(depth)}`
  t.is(parseSpec(nested(depthMax)).kind, 'parsed')
  t.like(parseSpec(nested(depthMax + 1)), {
    kind: 'faulty',
    faults: [{ line: 1, column: depthMax + 1, reason: `nests deeper than ${depthMax} levels` }],
  })
})

test('a member that is there twice is told by its second place', (t) => {
  t.deepEqual(parseSpec('{"a": [{"b": 1,\n "b": 2}]}'), {
    kind: 'faulty',
    faults: [{ line: 2, column: 2, path: '/a/0/b', reason: 'is there twice' }],
  })
})

test('a member of any name is a member, and no prototype', (t) => {
  const parsed = parseSpec('{"__proto__": {"a": 1}}')
  if (parsed.kind !== 'parsed') return t.fail()
  t.deepEqual(Object.keys(parsed.spec as object), ['__proto__'])
  return t.is((parsed.spec as { a?: unknown }).a, undefined)
})

test('of a text that is no JSON at all only the first faults are told', (t) => {
  const parsed = parseSpec('x '.repeat(100))
  t.is(parsed.kind === 'faulty' && parsed.faults.length, SPEC_TEXT_LIMITS.syntaxFaultsMax)
})

for (const unit of ['"', '"\\', '{', '{"a":', '"a":', ' ', '1,']) {
  test(`a text of ${unit} alone is refused in time in proportion to it`, (t) => {
    const started = performance.now()
    const text = unit.repeat(Math.floor(SPEC_TEXT_LIMITS.bytesMax / 4 / unit.length))
    t.is(parseSpec(text).kind, 'faulty')
    t.true(performance.now() - started < 5_000)
  })
}
