import { type Command, Option } from 'commander'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import { createSystemRandom } from '#platform'
import { addBalance } from '../card/balance.ts'
import { addVerify } from '../card/verify.ts'
import type { ExitCode, Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { type Over, openClient } from './client-file.ts'
import { exitOfResult, tellResult } from './result-lines.ts'

const REGISTER_HELP = `
Example:
  sallyport card register --client shop/client.json --pan 4539578763621486 --expiry 3012

What is printed stands for the card in later payments: \`send --token\`. The same card keeps its
token. Exit codes: 0 registered, 1 refused, 4 not known.`

const FORGET_HELP = `
Example:
  sallyport card forget --client shop/client.json tok_cgdnkjpahliaobfemgdknpbjhacliofe

The token begins no payment any more, and the card behind it is erased. Payments that were made with
it stand. Exit codes: 0 forgotten, 1 refused, 4 not known.`

interface ClientOptions {
  readonly client: string
  readonly over: Over
  readonly json?: true
}

interface RegisterOptions extends ClientOptions {
  readonly id?: string
  readonly pan: string
  readonly expiry: string
}

/** `sallyport card`: a merchant’s registered cards, and what the host says of a card. */
export function addCard(program: Command, outside: Outside, finish: Finish): void {
  const card = program
    .command('card')
    .description('keep a card for later payments or forget it, or ask the bank’s host about one')
  const register = card
    .command('register')
    .description('keep a card, and get the token that stands for it')
    .requiredOption('--pan <digits>', 'card number')
    .requiredOption('--expiry <yymm>', 'expiry date')
    .option('--id <id>', 'idempotency key; a fresh one when not given')
    .addHelpText('after', REGISTER_HELP)
  withClient(register).action(async (options: RegisterOptions) => {
    const { pan, expiry, id = freshId() } = options
    const ask = (client: MerchantClient) => client.card.register({ id, card: { pan, expiry } })
    finish(await answered(ask, options, outside))
  })
  const forget = card
    .command('forget')
    .description('end a token, and have its card erased')
    .argument('<token>', 'what stands for the card')
    .addHelpText('after', FORGET_HELP)
  withClient(forget).action(async (token: string, options: ClientOptions) => {
    finish(await answered((client) => client.card.forget(token), options, outside))
  })
  addVerify(card, outside, finish)
  addBalance(card, outside, finish)
}

function withClient(command: Command): Command {
  return command
    .requiredOption('--client <file>', 'the client file that `merchant add --generate` wrote')
    .addOption(
      new Option('--over <listener>', 'which listener to use')
        .choices(['framed', 'https'])
        .default('framed'),
    )
    .option('--json', 'print the result as JSON')
}

function freshId(): string {
  return Buffer.from(createSystemRandom().bytes(12)).toString('hex')
}

async function answered(
  ask: (client: MerchantClient) => Promise<MerchantResult>,
  options: ClientOptions,
  outside: Outside,
): Promise<ExitCode> {
  const { client } = openClient(options.client, options.over)
  try {
    const result = await ask(client)
    tellResult(result, options.json === true, outside)
    return exitOfResult(result)
  } finally {
    client.close()
  }
}
