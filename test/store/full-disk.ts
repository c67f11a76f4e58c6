/**
 * A process on a small disk, for full-disk.test.ts: takes payments until there is no room, ends
 * them all, makes room, goes on, and opens the store once more when not a byte is left. It prints
 * what happened as JSON.
 */
import {
  closeSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createSystemClock } from '#platform'
import { openStore, type Store, StoreError } from '#store'
import { verifyStore } from '../../src/store/upkeep/verification.ts'
import { approved, bytes, intent } from './sample.ts'

const [folder = '', freeBytesMin = '0'] = process.argv.slice(2)
const file = join(folder, 'store.db')
const filler = join(folder, 'filler')
/** Payments that are left begun for the last opening. */
const LEFT = 20
const spaces: string[] = []
const faults: string[] = []

function open(): Promise<Store> {
  return openStore(file, {
    clock: createSystemClock(),
    limits: {
      reservedBytes: 2 ** 20,
      freeBytesMin: Number(freeBytesMin),
      walCheckpointBytes: 2 ** 18,
    },
    onFault: ({ code }) => faults.push(code),
    onSpace: ({ state }) => spaces.push(state),
  })
}

/** Payments from `first` on, until one is refused. @returns how many were begun, and why no more */
async function beginUntilRefused(store: Store, first: number) {
  for (let index = first; ; index++) {
    try {
      await store.begin(intent(index, { sealedImage: bytes(2_000, index) }))
    } catch (error) {
      return { begun: index - first, code: error instanceof StoreError ? error.code : 'unknown' }
    }
  }
}

async function endAll(store: Store, count: number, first = 0): Promise<number> {
  let ended = 0
  for (let index = first; index < first + count; index++) {
    await store.conclude('acme-books', `order-${index}`, approved)
    if ((await store.find('acme-books', `order-${index}`))?.state === 'approved') ended++
  }
  return ended
}

async function reopen(): Promise<number | string> {
  try {
    const again = await open()
    const { leftUnknown } = await again.recover(1, 0)
    await again.close()
    return leftUnknown
  } catch (error) {
    return error instanceof StoreError ? error.code : 'unknown'
  }
}

/** Take every byte that is left. */
function fillUp(): void {
  const handle = openSync(filler, 'w')
  try {
    while (writeSync(handle, Buffer.alloc(4096, 1)) > 0);
  } catch {
    closeSync(handle)
  }
}

writeFileSync(filler, Buffer.alloc(2 * 2 ** 20, 1))
const store = await open()
const first = await beginUntilRefused(store, 0)
const reserveIsKept = readdirSync(folder).includes('store.db-reserve')
const ended = await endAll(store, first.begun)
const again = await beginUntilRefused(store, first.begun)
rmSync(filler)
const roomy = await beginUntilRefused(store, first.begun)
const reserveAgain = statSync(`${file}-reserve`, { throwIfNoEntry: false })?.size
await endAll(store, roomy.begun - LEFT, first.begun)
await store.close()

fillUp()
const leftUnknown = await reopen()
rmSync(filler)
const { faultCount } = verifyStore(file)
const soundness = { faults, faultCount }
const told = { first, reserveIsKept, ended, again, roomy, reserveAgain, leftUnknown, spaces }
process.stdout.write(JSON.stringify({ ...told, ...soundness }))
