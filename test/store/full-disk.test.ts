import { spawnSync } from 'node:child_process'
import test, { type ExecutionContext } from 'ava'
import { smallDisk } from './small-disk.ts'

const PROGRAM = new URL('./full-disk.ts', import.meta.url).pathname
const MIB = 2 ** 20

/** What test/store/full-disk.ts says of a store on a disk of six megabytes. */
function runOnSmallDisk(t: ExecutionContext, freeBytesMin: number) {
  const { folder, under } = smallDisk(t, 6)
  const [command = '', ...leading] = under
  const words = [...leading, process.execPath, PROGRAM, folder, String(freeBytesMin)]
  const { stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: 60_000 })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

test('when a write finds the disk full, nothing new is begun and all that was is ended', (t) => {
  const told = runOnSmallDisk(t, 0)
  t.is(told.first.code, 'DISK_FULL')
  t.true(told.first.begun > 300, `${told.first.begun} begun`)
  t.false(told.reserveIsKept, 'it was given up')
  t.is(told.ended, told.first.begun)
  t.deepEqual(told.again, { begun: 0, code: 'DISK_FULL' })
  t.deepEqual(told.faults, [])
  t.is(told.faultCount, 0)
})

test('where there is room again, the reserve is taken and payments are', (t) => {
  const told = runOnSmallDisk(t, 0)
  t.true(told.roomy.begun > 100, `${told.roomy.begun} begun`)
  t.is(told.roomy.code, 'DISK_FULL')
  t.deepEqual(told.spaces.slice(0, 3), ['full', 'ample', 'full'])
})

test('before the disk is full the least free room stops what is new, and the reserve stays', (t) => {
  const told = runOnSmallDisk(t, MIB)
  t.is(told.first.code, 'DISK_FULL')
  t.true(told.reserveIsKept)
  t.is(told.ended, told.first.begun)
  t.true(told.roomy.begun > 100)
  t.is(told.reserveAgain, MIB)
  t.deepEqual(told.spaces.slice(0, 3), ['short', 'ample', 'short'])
  t.deepEqual(told.faults, [])
})

test('on a disk that is full to the last byte a store is opened into its reserve', (t) => {
  const told = runOnSmallDisk(t, MIB)
  t.is(told.leftUnknown, 20)
  t.is(told.spaces.at(-1), 'full')
  t.is(told.faultCount, 0)
})

test('without a reserve it is refused, and nothing is lost', (t) => {
  const told = runOnSmallDisk(t, 0)
  t.is(told.leftUnknown, 'STORE_DISK_FULL')
  t.is(told.faultCount, 0)
})
