import { measureBurst, printBurst } from './burst.ts'
import { measureChain, printChain } from './chain.ts'
import { measureCodec, printCodec } from './codec.ts'
import { measureFees, printFees } from './fees.ts'
import { measureGateway, printGateway } from './gateway.ts'
import { measureLedger, printLedger } from './ledger.ts'
import { measureMemory, printMemory } from './memory.ts'
import { type BenchOptions, parseOptions, USAGE, UsageError } from './options.ts'
import { measureRestart, printRestart } from './restart.ts'
import { type Circumstances, circumstances } from './rig/report.ts'
import { measureSealing, printSealing } from './sealing.ts'
import { measureStages, printStages } from './stages.ts'
import { measureStores, printStores } from './stores.ts'
import { measureTabs, printTabs } from './tabs.ts'

/** A question that the bench answers with figures: measured, then put in words. */
type Answer = (options: BenchOptions, say: Say) => Promise<{ figures: object; lines: string[] }>
type Say = (line: string) => void

const QUESTIONS: Readonly<Record<string, Answer>> = {
  codec: answerWith(measureCodec, printCodec),
  gateway: answerWith(measureGateway, printGateway),
  stages: answerWith(measureStages, printStages),
  stores: answerWith(measureStores, printStores),
  ledger: answerWith(measureLedger, printLedger),
  fees: answerWith(measureFees, printFees),
  memory: answerWith(measureMemory, printMemory),
  sealing: answerWith(measureSealing, printSealing),
  chain: answerWith(measureChain, printChain),
  restart: answerWith(measureRestart, printRestart),
  burst: answerWith(measureBurst, printBurst),
  tabs: answerWith(measureTabs, printTabs),
}

function answerWith<F extends object>(
  measure: (options: BenchOptions, say: Say) => Promise<F>,
  print: (figures: F) => string[],
): Answer {
  return async (options, say) => {
    const figures = await measure(options, say)
    return { figures, lines: print(figures) }
  }
}

/** Prints figures and judges nothing; the exit code says only whether it could measure. */
async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(USAGE)
    return 0
  }
  try {
    const options = parseOptions(words)
    const answer = QUESTIONS[options.question]
    if (answer === undefined) throw new UsageError(`no question is called ${options.question}`)
    const where = circumstances(options.folder)
    const { figures, lines } = await answer(options, (line) => process.stderr.write(`${line}\n`))
    const shown = options.json
      ? JSON.stringify({ bench: options.question, ...where, ...figures })
      : [...heading(where), '', ...lines].join('\n')
    process.stdout.write(`${shown}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    return 2
  }
}

function heading({ cores, cpu, platform, versions, syncUs }: Circumstances): string[] {
  return [
    `${cores} cores of ${cpu}, ${platform}, Node ${versions['node']}, SQLite ${versions['sqlite']}`,
    `a synced write of 4 KiB takes ${syncUs} microseconds`,
  ]
}

process.exitCode = await main(process.argv.slice(2))
