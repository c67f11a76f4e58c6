import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import { createSystemRandom } from '#platform'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside } from '../outside.ts'
import { type Over, openClient } from './client-file.ts'
import { addPaymentOptions, type PaymentOptions, paymentOf } from './payment-options.ts'
import { exitOfResult, tellResult } from './result-lines.ts'

interface SendOptions extends PaymentOptions {
  readonly client: string
  readonly over: Over
  readonly operation: 'sale' | 'authorize' | 'echo'
  readonly file?: string
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport send --client data/merchants/M-1001/client.json --amount 12.50 \\
    --pan 4539578763621486 --expiry 3012 --cvv2 123
  sallyport send --client shop/client.json --amount 9.99 --token tok_cgdn... \\
    --initiator merchant --stored-credential recurring
  sallyport send --client shop/client.json --operation echo
  sallyport send --client shop/client.json --file request.json --json

With --token the initiator is the cardholder and the reason unscheduled, unless they are given.
A request from --file is sent as it is. Exit codes: 0 approved, 1 refused, 4 outcome not known,
5 declined or failed.`

/** `sallyport send`: one request as a merchant sends it. */
export function addSend(program: Command, outside: Outside, finish: Finish): void {
  const command = program
    .command('send')
    .description('send one request to a gateway, as a merchant')
    .requiredOption('--client <file>', 'the client file that `merchant add --generate` wrote')
    .addOption(
      new Option('--operation <which>', 'what to ask for')
        .choices(['sale', 'authorize', 'echo'])
        .default('sale'),
    )
    .addOption(
      new Option('--over <listener>', 'which listener to use')
        .choices(['framed', 'https'])
        .default('framed'),
    )
    .option('--file <file>', 'a whole request as JSON instead of the options below')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLE)
  addPaymentOptions(command).action(async (options: SendOptions) => {
    finish(await send(options, outside))
  })
}

async function send(options: SendOptions, outside: Outside): Promise<ExitCode> {
  const { client } = openClient(options.client, options.over)
  try {
    const result = await ask(client, options)
    if (typeof result === 'string') {
      complain(outside, result)
      return EXIT.usage
    }
    tellResult(result, options.json === true, outside)
    return exitOfResult(result)
  } finally {
    client.close()
  }
}

/** @returns what came of it, or what is wrong with the options */
function ask(client: MerchantClient, options: SendOptions): Promise<MerchantResult> | string {
  if (options.file !== undefined) return client.send(readFileSync(options.file, 'utf8'))
  if (options.operation === 'echo') return client.echo()
  const payment = paymentOf(options, Buffer.from(createSystemRandom().bytes(12)).toString('hex'))
  if (typeof payment === 'string') return payment
  return options.operation === 'sale' ? client.sale(payment) : client.authorize(payment)
}
