import type { Command } from 'commander'
import { maskPan } from '#domain'
import type { Dialect, Message } from '#iso8583'
import type { MerchantResult } from '#merchant-client'
import { createSystemClock } from '#platform'
import { type Demonstration, openDemonstration } from './demonstration.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { exitOfResult, linesOfResult } from './merchant/result-lines.ts'
import { messageTable } from './message/table.ts'
import { type Outside, say } from './outside.ts'

interface DemoOptions {
  readonly stay?: true
  readonly folder: string
}

const EXAMPLE = `
Examples:
  sallyport demo            one payment in a fresh folder on free ports, then the end
  sallyport demo --stay     the same in ./data on the usual ports, then stays up`

/** `sallyport demo`: gateway and emulated host, one payment, and its whole path on the screen. */
export function addDemo(program: Command, outside: Outside, finish: Finish): void {
  program
    .command('demo')
    .description('run gateway and emulated host, send one payment and show its path')
    .option('--stay', 'stay up afterwards, until stopped')
    .option('--folder <folder>', 'where keys and journal are, with --stay', 'data')
    .addHelpText('after', EXAMPLE)
    .action(async (options: DemoOptions) => finish(await demo(options, outside)))
}

async function demo(options: DemoOptions, outside: Outside): Promise<ExitCode> {
  const stopAsked = new Promise<void>((resolve) => outside.onStopSignal(resolve))
  await using ending = new AsyncDisposableStack()
  const { folder } = options
  const opened = await openDemonstration({ ...(options.stay ? { folder } : {}), ending }, outside)
  if (typeof opened === 'number') return opened
  const result = await showPayment(opened, outside)
  if (!options.stay) return exitOfResult(result)
  sayHowToGoOn(opened, outside)
  const why = await Promise.race([stopAsked, opened.gateway.failed])
  say(outside, 'Stopping.')
  return why instanceof Error ? EXIT.failed : EXIT.done
}

/** A card of the sandbox; specs/sandbox-cards.json says what each does. */
const SAMPLE = {
  amount: { value: '1250', currency: 'USD' },
  card: { pan: '4539578763621486', expiry: '3012', entryMode: 'ecommerce', cvv2: '123' },
  address: { street: '1 Main Street', postcode: '10001' },
} as const

async function showPayment(
  { gateway, merchant, seen, openClient }: Demonstration,
  outside: Outside,
): Promise<MerchantResult> {
  const client = openClient()
  try {
    const clock = createSystemClock()
    const id = `demo-${clock.nowMs()}`
    const beganMs = clock.elapsedMs()
    const result = await client.sale({ id, ...SAMPLE })
    const tookMs = clock.elapsedMs() - beganMs
    say(outside)
    say(outside, '1. The merchant asks (JSON, signed and encrypted on the wire):')
    say(outside, shownRequest(id, merchant))
    for (const { direction, message } of seen) {
      say(outside)
      say(outside, HEADINGS[direction])
      for (const line of table(gateway.profile.dialect, message)) say(outside, line)
    }
    say(outside)
    say(outside, `4. The merchant hears, ${tookMs.toFixed(1)} ms after asking:`)
    for (const line of linesOfResult(result)) say(outside, `  ${line}`)
    return result
  } finally {
    client.close()
  }
}

const HEADINGS = {
  sent: '2. The core host is asked, once the payment is on disk (ISO 8583):',
  received: '3. The core host answers:',
}

function table(dialect: Dialect, message: Message): string[] {
  return messageTable(dialect.describe(message))
}

/** The request as sent, but for the card number and the verification value. */
function shownRequest(id: string, merchant: string): string {
  const request = { type: 'payment.sale', id, merchant, ...SAMPLE }
  return JSON.stringify(
    request,
    (member, value) => {
      if (member === 'pan') return maskPan(String(value))
      return member === 'cvv2' ? '***' : value
    },
    2,
  )
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

function sayHowToGoOn({ gateway, clientFile: client }: Demonstration, outside: Outside): void {
  say(outside)
  const { framedPort, httpsPort } = gateway
  say(outside, `Up: framed TLS on port ${framedPort}, HTTPS on port ${httpsPort}. Send another:`)
  say(outside)
  say(outside, `  npx sallyport send --client ${client} --amount 3.99 \\`)
  say(outside, '    --pan 5555555555554444 --expiry 3012 --cvv2 456')
  say(outside)
  say(outside, 'Stop with Ctrl-C.')
}
