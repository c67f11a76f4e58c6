import test from 'ava'
import { hostNames, readHostProfile } from '../../../src/host-profile.ts'
import { mapping, messages } from '../meridian.ts'

const askedAs = (kind: string) => mapping.asked.find((it) => it.kind === kind)

test('of each kind of message it is told what requests have and answers repeat', (t) => {
  t.deepEqual(
    mapping.asked.map(({ kind }) => kind),
    [
      'payment.authorize',
      'payment.sale',
      'payment.reverse',
      'payment.capture',
      'payment.increment',
      'payment.refund',
      'card.verify',
      'card.balance',
    ],
  )
  const sale = askedAs('payment.sale')
  t.true(sale?.always.has('11') && sale.echoed.has('11') && sale.traces.has('11'))
  t.true(sale?.elements.has('48.92') && !sale.always.has('48.92'))
  t.true(sale?.answered.has('38') && !sale.elements.has('38'))
  t.false(sale?.echoed.has('4'), 'a partial approval changes the amount')
})

test('a reversal may have its original’s trace number for its own', (t) => {
  const pampas = readHostProfile('pampas', messages).mapping.asked
  t.true(pampas.find(({ kind }) => kind === 'payment.reverse')?.traces.has('11'))
})

test('a capture has a trace number of its own', (t) => {
  const capture = askedAs('payment.capture')
  t.deepEqual([...(capture?.traces ?? [])], ['11'])
  t.true(capture?.always.has('38') && capture.echoed.has('4'))
})

for (const name of hostNames()) {
  test(`frames of ${name} have room for what the trial of its mapping packed`, (t) => {
    const { mapping: own, link } = readHostProfile(name, messages)
    for (const { bytesMin } of own.asked) t.true(bytesMin > 40 && bytesMin <= link.frameBytesMax)
  })
}
