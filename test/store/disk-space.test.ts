import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { createDiskSpace, openDiskSpace, type SpaceState } from '../../src/store/disk-space.ts'

const LIMITS = { reservedBytes: 100, freeBytesMin: 800 }

/** Room that the test gives and takes; its reserve is had when the test says so. */
function spaceWith(free: number, { kept = true } = {}) {
  const it = { free, kept, canTake: true }
  const told: (readonly [SpaceState, number])[] = []
  const space = createDiskSpace({
    reserve: {
      isKept: () => it.kept,
      take() {
        it.kept = it.canTake
        return it.kept
      },
      giveUp() {
        it.kept = false
      },
    },
    limits: LIMITS,
    freeBytes: () => it.free,
    tell: (...state) => told.push(state),
  })
  return { it, told, space, mayBegin: () => space.obstacle() === undefined }
}

test('with room and a reserve everything goes on, and nothing is told', (t) => {
  const { mayBegin, told } = spaceWith(800)
  t.true(mayBegin())
  t.deepEqual(told, [])
})

test('a byte below the least nothing new is begun, and the reserve stays', (t) => {
  const { it, space, told } = spaceWith(799)
  t.is(space.obstacle()?.code, 'DISK_FULL')
  t.is(space.obstacle()?.code, 'DISK_FULL')
  t.true(it.kept)
  t.deepEqual(told, [['short', 799]])
})

test('what ran short is ample again with an eighth more than the least', (t) => {
  const { it, mayBegin, told } = spaceWith(700)
  t.false(mayBegin())
  it.free = 899
  t.false(mayBegin())
  it.free = 900
  t.true(mayBegin())
  it.free = 800
  t.true(mayBegin())
  t.deepEqual(told, [
    ['short', 700],
    ['ample', 900],
  ])
})

test('a reserve that was given up is taken again when there is room for it beside the rest', (t) => {
  const { it, space, mayBegin, told } = spaceWith(800)
  t.true(mayBegin())
  t.true(space.giveUp())
  t.false(space.giveUp(), 'there is none any more')
  it.free = 100
  t.false(mayBegin())
  it.free = 1099
  t.false(mayBegin())
  it.free = 1100
  it.canTake = false
  t.false(mayBegin(), 'somebody was faster')
  it.canTake = true
  t.true(mayBegin())
  t.true(it.kept)
  t.deepEqual(told, [
    ['full', 100],
    ['ample', 1100],
  ])
})

test('a reserve that is not there is taken at first, if there is room', (t) => {
  const ample = spaceWith(1000, { kept: false })
  t.true(ample.mayBegin())
  t.true(ample.it.kept)
  const tight = spaceWith(999, { kept: false })
  t.false(tight.mayBegin())
  t.deepEqual(tight.told, [['full', 999]])
})

test('the reserve is a file of its size that takes real room, for its owner alone', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-space-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'store.db')
  const reserve = `${file}-reserve`
  const bytes = 2 ** 20 + 1
  const open = () => openDiskSpace(file, { reservedBytes: bytes, freeBytesMin: 0 }, () => {})
  t.is(open().obstacle(), undefined)
  const { size, mode, blocks } = statSync(reserve)
  t.is(size, bytes)
  t.is(mode & 0o777, 0o600)
  t.true(blocks * 512 >= bytes, 'there is no hole in it')

  const before = readFileSync(reserve)
  t.is(open().obstacle(), undefined)
  t.deepEqual(readFileSync(reserve), before)
  writeFileSync(reserve, 'cut short by a crash')
  t.is(open().obstacle(), undefined)
  t.is(statSync(reserve).size, bytes)
  t.true(open().giveUp())
  t.throws(() => statSync(reserve), { code: 'ENOENT' })
})

test('where no reserve is asked for, there is none to give up and no file of it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-space-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const limits = { reservedBytes: 0, freeBytesMin: 0 }
  const space = openDiskSpace(join(folder, 'store.db'), limits, () => {})
  t.is(space.obstacle(), undefined)
  t.false(space.giveUp())
  t.deepEqual(readdirSync(folder), [])
})
