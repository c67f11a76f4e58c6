import { type Command, Option } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { type Over, openClient } from './client-file.ts'
import { exitOfResult, tellResult } from './result-lines.ts'

interface InquireOptions {
  readonly client: string
  readonly over: Over
  readonly json?: true
}

const EXAMPLE = `
Example:
  sallyport inquire --client data/merchants/M-1001/client.json order-1001

Nothing goes to the host. Exit codes as those of send.`

/** `sallyport inquire`: how a payment stands. */
export function addInquire(program: Command, outside: Outside, finish: Finish): void {
  program
    .command('inquire')
    .description('ask a gateway how one of the merchant’s payments stands')
    .argument('<payment>', 'the id that the payment was sent with')
    .requiredOption('--client <file>', 'the client file that `merchant add --generate` wrote')
    .addOption(
      new Option('--over <listener>', 'which listener to use')
        .choices(['framed', 'https'])
        .default('framed'),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (payment: string, options: InquireOptions) => {
      const { client } = openClient(options.client, options.over)
      try {
        const result = await client.inquire(payment)
        tellResult(result, options.json === true, outside)
        finish(exitOfResult(result))
      } finally {
        client.close()
      }
    })
}
