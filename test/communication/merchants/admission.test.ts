import test from 'ava'
import { createAdmission } from '../../../src/communication/merchants/admission.ts'

test('the last place is given, one more is not, and a place left can be taken again', (t) => {
  const admission = createAdmission({ requestsInFlightMax: 2, busyAnswer: Buffer.from('{}') })
  t.deepEqual([admission.enter(), admission.enter(), admission.enter()], [true, true, false])
  t.is(admission.inFlight(), 2)
  admission.leave()
  t.true(admission.enter())
})
