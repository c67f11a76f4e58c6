import { Worker } from 'node:worker_threads'
import type { Clock } from '#platform'
import { errorOf, StoreError } from '../errors.ts'
import type { InspectionOrder, InspectionReport } from './inspection-worker.ts'

/**
 * Reads a whole store again and again while a gateway runs on it, so that damage in its depths is
 * noticed before somebody needs what was there.
 */
export interface Inspection {
  /** Resolves when its thread has let go of the file. */
  close(): Promise<void>
}

export interface InspectionParts {
  readonly clock: Clock
  readonly pace?: Partial<InspectionPace>
  onSound(seen: { readonly payments: number; readonly events: number }): void
  /** Once: nothing is read afterwards. @param error `STORE_CORRUPT`, with the place */
  onDamage(error: StoreError): void
  /** It could not be read; it is tried again when its time comes. */
  onFailure(error: StoreError): void
}

/** A stretch takes some 25 ms, so a tenth of one core is used while it reads. */
export interface InspectionPace {
  /** Between two stretches. */
  readonly pauseMs: number
  /** Between the end of one reading and the beginning of the next. */
  readonly restMs: number
}

const INSPECTION_PACE: InspectionPace = { pauseMs: 225, restMs: 24 * 3_600_000 }

export function startInspection(file: string, parts: InspectionParts): Inspection {
  const { clock, onSound, onDamage, onFailure } = parts
  const { pauseMs, restMs } = { ...INSPECTION_PACE, ...parts.pace }
  let reader: Reader | undefined
  let cancel = clock.after(pauseMs, read)

  function read(): void {
    reader ??= startReader(file, heed)
    reader.next()
  }

  function heed(report: InspectionReport): void {
    if (report.kind === 'stretch') {
      cancel = clock.after(pauseMs, read)
    } else {
      reader?.close()
      reader = undefined
      if (report.kind !== 'damaged') cancel = clock.after(restMs, read)
      tell(report)
    }
  }

  function tell(report: Exclude<InspectionReport, { readonly kind: 'stretch' }>): void {
    if (report.kind === 'sound') onSound({ payments: report.payments, events: report.events })
    else if (report.kind === 'damaged') onDamage(errorOf(report.error))
    else onFailure(errorOf(report.error))
  }

  return {
    async close() {
      cancel()
      reader?.close()
      await reader?.ended
    },
  }
}

interface Reader {
  next(): void
  /** What it says from now on is not heard. */
  close(): void
  /** It has let go of the file. */
  readonly ended: Promise<void>
}

function startReader(file: string, heed: (report: InspectionReport) => void): Reader {
  const worker = new Worker(new URL('./inspection-worker.ts', import.meta.url), {
    workerData: { file },
  })
  const ended = Promise.withResolvers<void>()
  let isOpen = true
  const order = (it: InspectionOrder) => worker.postMessage(it)

  function hear(report: InspectionReport): void {
    if (isOpen) heed(report)
  }

  worker.on('message', hear)
  worker.on('error', () => {
    hear({ kind: 'failed', error: new StoreError('STORE_FAULT', 'the inspection threw') })
  })
  worker.on('exit', () => ended.resolve())
  return {
    next: () => order('next'),
    close() {
      isOpen = false
      order('close')
    },
    ended: ended.promise,
  }
}
