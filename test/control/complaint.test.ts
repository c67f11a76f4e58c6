import test from 'ava'
import { createComplaint } from '../../src/control/complaint.ts'
import { collectLog } from '../fakes/log.ts'

const withCode = (code: string) => Object.assign(new Error('no'), { code })

test('of failures in a row the first is told, and each that fails otherwise', (t) => {
  const { log, lines } = collectLog()
  const complaint = createComplaint(log, 'not-done')
  const told = (error: unknown) => {
    complaint.failed(error)
    return lines.length
  }
  t.is(told(withCode('BUSY')), 1)
  t.is(told(withCode('BUSY')), 1)
  t.is(told(withCode('FULL')), 2)
  t.is(told(new Error('odd')), 3)
  t.is(told(new Error('odd')), 3)
  complaint.worked()
  t.is(told(new Error('odd')), 4)
})
