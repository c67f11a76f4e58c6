import { type Command, Option } from 'commander'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { type Over, openClient } from '../merchant/client-file.ts'
import { addCardOptions, type CardOptions } from '../merchant/payment-options.ts'
import { exitOfResult, tellResult } from '../merchant/result-lines.ts'
import { complain, type Outside } from '../outside.ts'

/** A command that asks the host about a card. */
export interface CardQuestion<Own extends object> {
  readonly name: string
  readonly description: string
  readonly help: string
  addOptions(command: Command): Command
  /** @returns what came of it, or what is wrong with the options */
  ask(client: MerchantClient, options: CardOptions & Own): Promise<MerchantResult> | string
}

export const CARD_NEEDED = '--pan and --expiry are needed'

interface CommonOptions {
  readonly client: string
  readonly over: Over
  readonly json?: true
}

export function addCardQuestion<Own extends object>(
  card: Command,
  question: CardQuestion<Own>,
  { outside, finish }: { readonly outside: Outside; readonly finish: Finish },
): void {
  const command = card
    .command(question.name)
    .description(question.description)
    .requiredOption('--client <file>', 'the client file that `merchant add --generate` wrote')
    .addOption(
      new Option('--over <listener>', 'which listener to use')
        .choices(['framed', 'https'])
        .default('framed'),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', question.help)
  question
    .addOptions(addCardOptions(command))
    .action(async (options: CommonOptions & CardOptions & Own) => {
      finish(await answered(question, options, outside))
    })
}

async function answered<Own extends object>(
  question: CardQuestion<Own>,
  options: CommonOptions & CardOptions & Own,
  outside: Outside,
): Promise<ExitCode> {
  const { client } = openClient(options.client, options.over)
  try {
    const result = await question.ask(client, options)
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
