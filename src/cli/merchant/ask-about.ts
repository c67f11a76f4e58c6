import { type Command, Option } from 'commander'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside } from '../outside.ts'
import { type Over, openClient } from './client-file.ts'
import { tellResult } from './result-lines.ts'

/** A command that names a payment, or a tab, sent before. */
export interface Question<Own extends object> {
  readonly name: string
  readonly description: string
  readonly help: string
  /** What it names, when that is no payment. */
  readonly names?: 'tab'
  /** Options of its own, beside those of every such command. */
  readonly options?: readonly Option[]
  /** @returns what came of it, or what is wrong with the options */
  ask(client: MerchantClient, payment: string, options: Own): Promise<MerchantResult> | string
  exitOf(result: MerchantResult): ExitCode
}

interface CommonOptions {
  readonly client: string
  readonly over: Over
  readonly json?: true
}

export function addQuestion<Own extends object>(
  program: Command,
  question: Question<Own>,
  { outside, finish }: { readonly outside: Outside; readonly finish: Finish },
): void {
  const { names = 'payment' } = question
  const command = program
    .command(question.name)
    .description(question.description)
    .argument(`<${names}>`, `the id that the ${names} was sent with`)
    .requiredOption('--client <file>', 'the client file that `merchant add --generate` wrote')
    .addOption(
      new Option('--over <listener>', 'which listener to use')
        .choices(['framed', 'https'])
        .default('framed'),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', question.help)
    .action(async (payment: string, options: CommonOptions & Own) => {
      finish(await answered(question, payment, { options, outside }))
    })
  for (const option of question.options ?? []) command.addOption(option)
}

async function answered<Own extends object>(
  question: Question<Own>,
  payment: string,
  { options, outside }: { readonly options: CommonOptions & Own; readonly outside: Outside },
): Promise<ExitCode> {
  const { client } = openClient(options.client, options.over)
  try {
    const result = await question.ask(client, payment, options)
    if (typeof result === 'string') {
      complain(outside, result)
      return EXIT.usage
    }
    tellResult(result, options.json === true, outside)
    return question.exitOf(result)
  } finally {
    client.close()
  }
}
