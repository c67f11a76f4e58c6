import { existsSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openStore, type StoreError, startInspection } from '#store'
import { until } from '../../communication/until.ts'
import { createFakeClock } from '../../fakes/clock.ts'
import { intent, openSample, storeFile } from '../sample.ts'
import { makeStore, tamper } from './tampering.ts'

const PACE = { pauseMs: 10, restMs: 1_000 }

/** An inspection whose time passes only in {@link untilHeard}. */
function inspect(t: ExecutionContext, file: string) {
  const clock = createFakeClock()
  const heard: string[] = []
  const note = (kind: string) => (error: StoreError) => heard.push(`${kind} ${error.message}`)
  const inspection = startInspection(file, {
    clock,
    pace: PACE,
    onSound: ({ payments, events }) => heard.push(`sound ${payments} ${events}`),
    onDamage: note('damaged'),
    onFailure: note('failed'),
  })
  t.teardown(() => inspection.close())
  const pause = () => clock.advance(PACE.pauseMs)
  return {
    clock,
    heard,
    close: inspection.close,
    async untilHeard(count: number): Promise<number> {
      let pauses = 0
      const moveOn = () => {
        if (clock.deadlineCount() > 0 && heard.length < count) pauses++
        if (heard.length < count) pause()
        return heard.length >= count
      }
      await until(moveOn, `${count} things heard`, 20_000)
      return pauses
    },
  }
}

test('a whole store is read in stretches, with a pause between them', async (t) => {
  const file = storeFile(t)
  makeStore(file, 5_000)
  const { heard, untilHeard } = inspect(t, file)
  const pauses = await untilHeard(1)
  t.deepEqual(heard, ['sound 5000 10000'])
  t.true(pauses >= 7, `${pauses} pauses`)
})

test('it is read again after a rest, beside the gateway that writes to it', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(1))
  const { clock, heard, untilHeard } = inspect(t, file)
  await untilHeard(1)
  await store.begin(intent(2))
  clock.advance(PACE.restMs - 1)
  t.is(clock.deadlineCount(), 1, 'it rests')
  await untilHeard(2)
  t.deepEqual(heard, ['sound 1 1', 'sound 2 2'])
})

test('damage is told once, and no gateway starts on the store from then on', async (t) => {
  const file = storeFile(t)
  makeStore(file, 20)
  tamper(file, 'UPDATE payments SET amount_minor = 1 WHERE seq = 1')
  const options = { clock: createSystemClock(), limits: { checkedAtStartRowsMax: 5 }, onFault() {} }
  await (await openStore(file, options)).close()

  const { clock, heard, untilHeard } = inspect(t, file)
  await untilHeard(1)
  t.regex(heard[0] ?? '', /^damaged the store is damaged \(event 1: wrote another payment/)
  t.is(clock.deadlineCount(), 0)
  await t.throwsAsync(openStore(file, options), { code: 'STORE_CORRUPT', message: /event 1:/ })
})

test('a store that cannot be read is no damage, and is read when it can be', async (t) => {
  const file = storeFile(t)
  const { heard, untilHeard } = inspect(t, file)
  await untilHeard(1)
  t.deepEqual(heard, ['failed there is no store file'])
  t.false(existsSync(`${file}-damaged`))
  makeStore(file, 1)
  await untilHeard(2)
  t.is(heard[1], 'sound 1 2')
})

test('closed amid a reading it tells nothing more', async (t) => {
  const file = storeFile(t)
  makeStore(file, 3_000)
  const { clock, heard, close } = inspect(t, file)
  clock.advance(PACE.pauseMs)
  await close()
  clock.advance(10 * PACE.restMs)
  t.deepEqual(heard, [])
})
