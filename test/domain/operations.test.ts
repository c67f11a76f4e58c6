import { readFileSync } from 'node:fs'
import test from 'ava'
import { operationsTable } from './operations.ts'

test('the table of what may follow in specs/engine.md is the code’s', (t) => {
  t.true(readFileSync('specs/engine.md', 'utf8').includes(operationsTable()), operationsTable())
})
