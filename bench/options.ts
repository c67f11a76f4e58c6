import { parseArgs } from 'node:util'
import type { SignatureAlgorithm } from '#envelope'
import type { RsaBits } from '#security'
import type { KeyUse } from './load/seal.ts'

/** What a command line of the bench may say; what it does not say, each question decides. */
export interface BenchOptions {
  readonly question: string
  readonly json: boolean
  readonly quick: boolean
  readonly payments: number | undefined
  readonly runs: number | undefined
  readonly inFlight: number | undefined
  readonly connections: number
  readonly seconds: number | undefined
  readonly keys: KeyUse | undefined
  readonly bits: RsaBits
  readonly algorithm: SignatureAlgorithm | undefined
  readonly folder: string | undefined
}

export const USAGE = `npm run bench -- QUESTION [--json] [--quick] [options]

  codec     messages read and written a second, against a probe and other libraries
  gateway   payments a second and latency, against a bare reference
  stages    CPU microseconds of one payment, by stage
  stores    acts and payments a second: SQLite, PostgreSQL with one node and with two
  ledger    durable entries a second on one merchant's accounts, and spread over a thousand
  fees      what the ledger, and fees and shares, cost a sale
  memory    resident size after 50,000 and after 200,000 payments
  sealing   requests that the SDK seals a second
  chain     what the chain of events costs the store and the gateway
  restart   from a killed gateway's next start to its first payment, a million in its journal
  burst     what becomes of ten times capacity, and of a neighbour who sends little
  tabs      charges of tabs a second, singly and by the hundred, and what they ask the host

  --json              one JSON object on standard output, nothing else
  --quick             few payments and one run: that it works, not how fast
  --payments N        payments of each run; of codec, messages; of ledger, posting sets
  --runs N            runs of each side; the median counts
  --in-flight K       requests in flight, over all connections
  --connections N     connections of the load generator (4)
  --seconds N         how long the burst is (30)
  --keys reused|fresh one content key for many messages, or one for each
  --bits 2048|3072|4096   RSA keys of gateway and merchant (2048)
  --algorithm PS256|ES256 of the merchant's signatures
  --folder PATH       where data goes, on a real disk (the system's temporary folder)

Example: npm run bench -- gateway --keys fresh --bits 3072 --runs 3 --json
`

/** A command line that cannot be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError */
export function parseOptions(words: readonly string[]): BenchOptions {
  const { values, positionals } = parsed(words)
  const [question, ...others] = positionals
  if (question === undefined || others.length > 0) throw new UsageError('name one question')
  return {
    question,
    json: values.json ?? false,
    quick: values.quick ?? false,
    payments: whole('payments', values.payments, 10),
    runs: whole('runs', values.runs, 1),
    inFlight: whole('in-flight', values['in-flight'], 1),
    connections: whole('connections', values.connections, 1) ?? 4,
    seconds: whole('seconds', values.seconds, 1),
    keys: oneOf('keys', values.keys, ['reused', 'fresh']),
    bits: BITS[oneOf('bits', values.bits, ['2048', '3072', '4096']) ?? '2048'],
    algorithm: oneOf('algorithm', values.algorithm, ['PS256', 'ES256']),
    folder: values.folder,
  }
}

const BITS = { '2048': 2048, '3072': 3072, '4096': 4096 } as const

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        payments: { type: 'string' },
        runs: { type: 'string' },
        'in-flight': { type: 'string' },
        connections: { type: 'string' },
        seconds: { type: 'string' },
        keys: { type: 'string' },
        bits: { type: 'string' },
        algorithm: { type: 'string' },
        folder: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function whole(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= min) return value
  throw new UsageError(`--${name} must be a whole number of at least ${min}`)
}

function oneOf<T extends string>(name: string, text: string | undefined, choices: readonly T[]) {
  if (text === undefined) return undefined
  const chosen = choices.find((choice) => choice === text)
  if (chosen !== undefined) return chosen
  throw new UsageError(`--${name} must be one of ${choices.join(', ')}`)
}
