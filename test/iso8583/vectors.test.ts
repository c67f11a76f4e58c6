import { readFileSync } from 'node:fs'
import test from 'ava'
import { compileDialect } from '#iso8583'
import { projectJson } from './dialects.ts'

const LAYOUTS = ['iso87ascii', 'iso87binary', 'iso93ascii', 'iso93binary']

for (const layout of LAYOUTS) {
  test(`all 400 messages of ${layout} are read and written as jPOS and pyiso8583 do`, (t) => {
    const dialect = compileDialect(projectJson(`test/vectors/${layout}.dialect.json`))
    const lines = readFileSync(new URL(`../vectors/${layout}.jsonl`, import.meta.url), 'utf8')
    const messages = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.is(messages.length, 400)
    for (const { mti, fields, hex } of messages) {
      t.deepEqual(dialect.unpack(Buffer.from(hex, 'hex')), { mti, fields })
      t.is(dialect.pack({ mti, fields }).toString('hex').toUpperCase(), hex)
    }
  })
}

test('a message that comes often enough to get a reader of its own is read as before', (t) => {
  const dialect = compileDialect(projectJson('test/vectors/iso87ascii.dialect.json'))
  const first = readFileSync(new URL('../vectors/iso87ascii.jsonl', import.meta.url), 'utf8')
  const { mti, fields, hex } = JSON.parse(first.split('\n')[1] ?? '')
  for (let round = 0; round < 100; round += 1) {
    t.deepEqual(dialect.unpack(Buffer.from(hex, 'hex')), { mti, fields })
  }
})
