import { type JposFigures, measureJpos } from './codec/jpos.ts'
import { runRounds, type SubjectFigures } from './codec/rounds.ts'
import { createSubjects } from './codec/subjects.ts'
import type { BenchOptions } from './options.ts'
import { rounded } from './rig/report.ts'

/** How fast are messages read and written, and by whom else? One thread, in one process. */
export interface CodecFigures {
  readonly messages: number
  readonly rounds: number
  readonly subjects: readonly SubjectFigures[]
  /** Empty where there is no jPOS at hand. */
  readonly jpos: readonly JposFigures[]
}

export async function measureCodec(
  { payments, runs, quick }: BenchOptions,
  say: (line: string) => void,
): Promise<CodecFigures> {
  const messages = payments ?? (quick ? 2_000 : 200_000)
  const rounds = runs ?? (quick ? 1 : 9)
  const subjects = runRounds(createSubjects(), { messages, rounds })
  for (const { act, name, messagesPerCpuS } of subjects) say(`${act} ${name}: ${messagesPerCpuS}/s`)
  return { messages, rounds, subjects, jpos: measureJpos(rounds) }
}

export function printCodec({ messages, rounds, subjects, jpos }: CodecFigures): string[] {
  return [
    `a 0200 of 15 elements, ${rounds} rounds of up to ${messages} messages, one thread`,
    'act     who                        bytes  messages/CPU s  of the probe  allocated bytes' +
      '  held bytes',
    ...subjects.map((it) =>
      [
        it.act.padEnd(8),
        it.name.padEnd(26),
        String(it.bytes).padStart(6),
        String(rounded(it.messagesPerCpuS)).padStart(16),
        it.ofProbe.toFixed(2).padStart(14),
        String(it.allocatedBytes).padStart(17),
        String(it.heldBytes).padStart(12),
      ].join(''),
    ),
    ...(jpos.length === 0 ? ['jPOS: not at hand (JPOS_CLASSPATH is not set)'] : jpos.map(jposLine)),
  ]
}

function jposLine({ layout, unpackPerS, packPerS }: JposFigures): string {
  return `jPOS, ${layout}: unpack ${unpackPerS}/s, pack ${packPerS}/s`
}
