import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './errors.ts'

export interface SpaceLimits {
  /** Kept in a file beside the store, for what must be written when the disk is full. */
  readonly reservedBytes: number
  /** While less is free on the store's disk, no payment is begun (`DISK_FULL`). */
  readonly freeBytesMin: number
}

/**
 * - `ample`: everything goes on.
 * - `short`: less than `freeBytesMin` is free. Nothing new is begun.
 * - `full`: a write found no room, or the reserve could not be taken. Nothing new is begun; what
 *   was let in is written into the room of the reserve.
 */
export type SpaceState = 'ample' | 'short' | 'full'

/** How much room a store has, and what is kept for its last words. */
export interface DiskSpace {
  /** Why nothing new may be begun now; nothing, when there is room. To be asked again each time. */
  obstacle(): StoreError | undefined
  /** A write found the disk full. @returns whether there was a reserve to give up for it */
  giveUp(): boolean
}

export interface SpaceParts {
  readonly reserve: Reserve
  readonly limits: SpaceLimits
  freeBytes(): number
  /** Called with every change; the first state is compared with `ample`. */
  tell(state: SpaceState, freeBytes: number): void
}

/** Room that is taken, by a file of that size. */
export interface Reserve {
  isKept(): boolean
  /** @returns whether there was room for it */
  take(): boolean
  giveUp(): void
}

/** The room beside a store file, with its reserve taken if that can be had. */
export function openDiskSpace(
  file: string,
  limits: SpaceLimits,
  tell: SpaceParts['tell'],
): DiskSpace {
  const folder = dirname(file)
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return createDiskSpace({
    reserve: createReserve(`${file}-reserve`, limits.reservedBytes),
    limits,
    freeBytes,
    tell,
  })
}

export function createDiskSpace({ reserve, limits, freeBytes, tell }: SpaceParts): DiskSpace {
  const { reservedBytes, freeBytesMin } = limits
  let told: SpaceState = 'ample'

  /** Who has run short must have an eighth more before it counts, or each byte would be told. */
  function stateWith(free: number): SpaceState {
    const enough = told === 'ample' ? freeBytesMin : freeBytesMin * 1.125
    if (!reserve.isKept() && !retake(free, enough)) return 'full'
    return free >= enough ? 'ample' : 'short'
  }

  /** Room for it twice: what it gave up is free now, and being written to. */
  function retake(free: number, enough: number): boolean {
    return free >= enough + 2 * reservedBytes && reserve.take()
  }

  function look(): SpaceState {
    const free = freeBytes()
    const state = stateWith(free)
    if (state !== told) tell(state, free)
    told = state
    return state
  }

  return {
    obstacle() {
      if (look() === 'ample') return undefined
      return new StoreError('DISK_FULL', 'there is too little room on the disk of the store')
    },
    giveUp() {
      if (reservedBytes === 0 || !reserve.isKept()) return false
      reserve.giveUp()
      return true
    },
  }
}

function createReserve(file: string, bytes: number): Reserve {
  return {
    isKept: () => bytes === 0 || statSync(file, { throwIfNoEntry: false })?.size === bytes,
    take() {
      try {
        fill(file, bytes)
        return true
      } catch (thrown) {
        rmSync(file, { force: true })
        if (NO_ROOM.some((code) => hasCode(thrown, code))) return false
        throw thrown
      }
    },
    giveUp: () => rmSync(file, { force: true }),
  }
}

/** The disk, the owner's share of it, or the longest file that a process may write. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** Room that is only promised, by a file with a hole, would be gone when it is needed. */
function fill(file: string, bytes: number): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    const block = Buffer.alloc(BLOCK_BYTES, 'Sallyport keeps this room. ')
    for (let at = 0; at < bytes; )
      at += writeSync(handle, block, 0, Math.min(block.length, bytes - at))
  } finally {
    closeSync(handle)
  }
}

const BLOCK_BYTES = 2 ** 20

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
