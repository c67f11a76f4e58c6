import { openDemonstration } from '../src/cli/demonstration.ts'
import type { Outside } from '../src/cli/outside.ts'
import { article } from './article.ts'
import { download } from './download.ts'
import { inAppItem } from './in-app-item.ts'
import { meteredStream } from './metered-stream.ts'
import type { Example } from './shop.ts'

const EXAMPLES: Readonly<Record<string, Example>> = {
  article,
  download,
  'in-app-item': inAppItem,
  'metered-stream': meteredStream,
}

const OUTSIDE: Outside = {
  out: process.stdout,
  err: process.stderr,
  input: process.stdin,
  environment: {},
  onStopSignal: (act) => process.once('SIGINT', act),
}

/** Run one example against a gateway and an emulated core host that are here for it alone. */
async function run([name = '', ...more]: readonly string[]): Promise<number> {
  const example = EXAMPLES[name]
  if (example === undefined || more.length > 0) {
    process.stderr.write(`name one of ${Object.keys(EXAMPLES).join(', ')}\n`)
    return 2
  }
  await using ending = new AsyncDisposableStack()
  const opened = await openDemonstration({ ending }, OUTSIDE)
  if (typeof opened === 'number') return opened
  const client = opened.openClient()
  ending.defer(async () => client.close())
  await example(client, (line) => process.stdout.write(`${line}\n`))
  return 0
}

process.exitCode = await run(process.argv.slice(2))
