import { type Command, Option } from 'commander'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import type { ExitCode, Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { type Over, openClient } from './client-file.ts'
import { tellResult } from './result-lines.ts'

/** A command that names a payment sent before. */
export interface Question {
  readonly name: string
  readonly description: string
  readonly help: string
  ask(client: MerchantClient, payment: string): Promise<MerchantResult>
  exitOf(result: MerchantResult): ExitCode
}

interface AskOptions {
  readonly client: string
  readonly over: Over
  readonly json?: true
}

export function addQuestion(
  program: Command,
  question: Question,
  { outside, finish }: { readonly outside: Outside; readonly finish: Finish },
): void {
  program
    .command(question.name)
    .description(question.description)
    .argument('<payment>', 'the id that the payment was sent with')
    .requiredOption('--client <file>', 'the client file that `merchant add --generate` wrote')
    .addOption(
      new Option('--over <listener>', 'which listener to use')
        .choices(['framed', 'https'])
        .default('framed'),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', question.help)
    .action(async (payment: string, options: AskOptions) => {
      const { client } = openClient(options.client, options.over)
      try {
        const result = await question.ask(client, payment)
        tellResult(result, options.json === true, outside)
        finish(question.exitOf(result))
      } finally {
        client.close()
      }
    })
}
