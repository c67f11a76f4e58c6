import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from '../rig/report.ts'
import type { Subject } from './subjects.ts'

export interface SubjectFigures {
  readonly name: string
  readonly act: Subject['act']
  readonly bytes: number
  /** Median over the rounds, by the CPU time of the process, collection of garbage included. */
  readonly messagesPerCpuS: number
  /** Of the same round's probe, the median of these; of a route, against the probe's unpack. */
  readonly ofProbe: number
  readonly allocatedBytes: number
  /**
   * What is still held after a collection, for each of many messages: growth, if there is any. The
   * least of a few times, since the runtime takes and gives back memory of its own.
   */
  readonly heldBytes: number
}

/**
 * Subjects take turns, so that what else the machine does meets all of them. One that is slow gets
 * fewer messages in a round: as many as take `ROUND_CPU_MS`.
 *
 * Each begins on a heap that was just collected. While V8 marks the heap, as it does when a process
 * starts, it may take what new code makes for long-lived (decision 7): in some runs the probe was
 * slow for good, and the subjects after it paid for its collections.
 */
export function runRounds(
  subjects: readonly Subject[],
  { messages, rounds }: { messages: number; rounds: number },
): SubjectFigures[] {
  const counts = subjects.map((subject) => {
    collect()
    repeat(subject, messages / WARM_UP_PART)
    const perRound = (speedOf(subject, messages / WARM_UP_PART) * ROUND_CPU_MS) / 1000
    return Math.ceil(Math.min(messages, perRound))
  })
  const speeds = Array.from({ length: rounds }, () =>
    subjects.map((subject, index) => speedOf(subject, counts[index] ?? messages)),
  )
  return subjects.map((subject, index) => {
    const act = subject.act === 'pack' ? 'pack' : 'unpack'
    const probe = subjects.findIndex((one) => one.name === 'probe' && one.act === act)
    return {
      name: subject.name,
      act: subject.act,
      bytes: subject.bytes,
      messagesPerCpuS: median(speeds.map((round) => round[index] ?? 0)),
      ofProbe: median(speeds.map((round) => (round[index] ?? 0) / (round[probe] ?? 1))),
      allocatedBytes: allocatedBy(subject),
      heldBytes: heldBy(subject, counts[index] ?? messages),
    }
  })
}

const ROUND_CPU_MS = 150
const WARM_UP_PART = 20

/** What comes out is looked at, lest the compiler of the runtime leave the work out. */
function repeat(subject: Subject, messages: number): void {
  let sum = 0
  for (let count = 0; count < messages; count += 1) sum += subject.run()
  if (sum === 0) throw new Error(`${subject.name} gave nothing`)
}

function speedOf(subject: Subject, messages: number): number {
  const before = process.cpuUsage()
  repeat(subject, messages)
  const { user, system } = process.cpuUsage(before)
  return (messages * 1_000_000) / (user + system)
}

/** Few enough messages to fit into the young generation between two collections. */
const SAMPLE_MESSAGES = 500
const SAMPLES = 15

/** The median of samples: one in which a collection ran shows too little, and is not the median. */
function allocatedBy(subject: Subject): number {
  const samples = Array.from({ length: SAMPLES }, () => {
    collect()
    const before = heldNow()
    repeat(subject, SAMPLE_MESSAGES)
    return (heldNow() - before) / SAMPLE_MESSAGES
  })
  return Math.round(median(samples))
}

const HELD_TIMES = 5

function heldBy(subject: Subject, messages: number): number {
  const grown = Array.from({ length: HELD_TIMES }, () => {
    collect()
    const before = heldNow()
    repeat(subject, messages)
    collect()
    return heldNow() - before
  })
  return Math.max(0, Math.round((100 * Math.min(...grown)) / messages) / 100)
}

function heldNow(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
