import type { SignatureAlgorithm } from '#envelope'
import type { RsaBits } from '#security'
import { createSealer, type KeyUse } from './load/seal.ts'
import type { BenchOptions } from './options.ts'
import { sale } from './payments.ts'
import { rounded } from './rig/report.ts'
import { makeSite } from './rig/site.ts'

/** What does sealing cost a merchant? The SDK's sealer in one thread, as it would run in a shop. */
export interface SealingFigures {
  readonly rsaBits: RsaBits
  readonly messages: number
  readonly ways: readonly SealingWay[]
}

export interface SealingWay {
  readonly signature: SignatureAlgorithm
  readonly keys: KeyUse
  readonly messagesPerS: number
  readonly cpuUs: number
}

export async function measureSealing(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<SealingFigures> {
  const { bits, keys, algorithm, folder } = options
  const messages = options.payments ?? (options.quick ? 200 : 5_000)
  const ways: SealingWay[] = []
  for (const signature of ALGORITHMS.filter((it) => algorithm === undefined || it === algorithm)) {
    const site = await makeSite({
      rsaBits: bits,
      algorithm: signature,
      ...(folder && { folder }),
    })
    try {
      for (const use of USES.filter((it) => keys === undefined || it === keys)) {
        const sealer = createSealer(site.identity, use)
        for (let index = 0; index < messages / 5; index++) sealer.seal(sale(index, Date.now()))
        const speed = timed(messages, (index) => sealer.seal(sale(index, Date.now())))
        ways.push({ signature, keys: use, ...speed })
        say(`${signature}, ${use} key: ${speed.messagesPerS}/s`)
      }
    } finally {
      site.close()
    }
  }
  return { rsaBits: bits, messages, ways }
}

const ALGORITHMS = ['PS256', 'ES256'] as const
const USES = ['reused', 'fresh'] as const

function timed(count: number, act: (index: number) => void) {
  const cpuBefore = process.cpuUsage()
  const sinceMs = performance.now()
  for (let index = 0; index < count; index++) act(index)
  const ms = performance.now() - sinceMs
  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    messagesPerS: rounded((count * 1_000) / ms),
    cpuUs: rounded((user + system) / count),
  }
}

export function printSealing({ rsaBits, messages, ways }: SealingFigures): string[] {
  return [
    `RSA ${rsaBits} bits, ${messages} messages each, one thread`,
    'signature  content key   messages/s   CPU us a message',
    ...ways.map(({ signature, keys, messagesPerS, cpuUs }) =>
      [
        signature.padEnd(11),
        keys.padEnd(12),
        String(messagesPerS).padStart(12),
        String(cpuUs).padStart(19),
      ].join(''),
    ),
  ]
}
