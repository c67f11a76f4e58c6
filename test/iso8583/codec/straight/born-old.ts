/**
 * Reads messages of several shapes, and keeps some, while the heap is marked over and over, as it
 * is now and then in any process. Says on standard output for how many shapes the objects that are
 * read come to be among the old ones from the first, and whether those of literals that a
 * programmer would write do. Wants the flags that `objects.test.ts` gives.
 */
import { compileDialect, type Message } from '#iso8583'
import { EVERY_KIND } from './every-kind.ts'

const FIELDS: Message['fields'] = {
  8: '3112',
  11: '000001',
  12: '00112233',
  17: { a: '12', b: 'text', c: '1234' },
  18: 'text',
  23: '20301231',
}

const MESSAGES = 10_000
const LITERALS_MAX = 40

const ballast: unknown[] = []
const isYoung = new Function('object', 'return %InYoungGeneration(object)')
const dialect = compileDialect(EVERY_KIND)
const shapes = [8, 11, 12, 18, 23].map((left) => {
  const { [left]: _, ...fields } = FIELDS
  return dialect.pack({ mti: '0200', fields })
})

process.stdout.write(
  JSON.stringify({
    read: shapes.filter((bytes) => areBornOld(() => dialect.unpack(bytes))).length,
    routed: shapes.filter((bytes) => areBornOld(routeOf(bytes))).length,
    written: Array.from({ length: LITERALS_MAX }, literal).some(areBornOld),
  }),
)

function routeOf(bytes: Buffer): () => Message {
  const route = dialect.routing(['17'])
  return () => route(bytes)
}

/** Each is code of its own, as what is generated for a shape is. */
function literal(_: unknown, index: number): () => Message {
  const fields = `{ 17: { a: part }, ${index + 18}: part }`
  const code = `const part = mti.slice(2)\nreturn { mti, fields: ${fields} }`
  const make = new Function('mti', code)
  return () => make('0200')
}

/** Whether objects are, again and again: a collection may come in the middle of making one. */
function areBornOld(make: () => Message): boolean {
  const kept: Message[] = []
  let bornOld = 0
  for (let count = 0; count < MESSAGES; count += 1) {
    if (count % 50 === 0) fillOldGeneration(count)
    const message = make()
    kept[count % 8] = message
    const { fields } = message
    if (!isYoung(fields) || !isYoung(fields[17])) bornOld += 1
  }
  return bornOld > MESSAGES / 100
}

/** So that there is always something to mark. */
function fillOldGeneration(count: number): void {
  ballast[count % 30] = new Array(5_000).fill(count)
}
