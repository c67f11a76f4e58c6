import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { currencyOf, type Merchant, type MerchantKey } from '#domain'
import { planFaults } from '#ledger'
import { enrolmentOf, keysOfTwoUses } from '#security'
import type { Config } from '../../config.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { inRegistry } from '../registry.ts'
import { makeMerchantFolder } from './merchant-folder.ts'

/** What `merchant add` is asked for. */
export interface AddOptions extends ConfigOptions {
  readonly id: string
  readonly name: string
  readonly city: string
  readonly country: string
  readonly acceptor?: string
  readonly terminal: string[]
  readonly category: string
  readonly currency: string[]
  readonly signingKey?: string
  readonly encryptionKey?: string
  readonly answers: Merchant['answerEncryption']
  readonly generate?: string
  readonly inactive?: true
  readonly json?: true
}

interface ListOptions extends ConfigOptions {
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport merchant add --id M-1001 --name "Corner Books" --city Boston --country US \\
    --category 5942 --terminal T0000001 --currency USD --signing-key merchant-public.pem
  sallyport merchant add --id M-1002 ... --generate shop     makes keys and a client file in ./shop

A gateway that runs takes the change within a second.`

/** `sallyport merchant add` and `merchant list`. */
export function addMerchant(program: Command, outside: Outside, finish: Finish): void {
  const merchant = program.command('merchant').description('register merchants and see them')
  const add = merchant
    .command('add')
    .description('register a merchant with its public keys, or change its record')
    .requiredOption('--id <id>', 'the gateway’s name for it: 1 to 32 of A-Z a-z 0-9 . _ -')
    .requiredOption('--name <name>', 'trading name; on the host’s line with city and country')
    .requiredOption('--city <city>', 'city')
    .requiredOption('--country <code>', 'ISO 3166-1 alpha-2')
    .option('--acceptor <code>', 'card acceptor identification code, DE42; the id when not given')
    .requiredOption('--terminal <id...>', 'card acceptor terminals, DE41, 8 characters each')
    .requiredOption('--category <digits>', 'merchant category code, ISO 18245')
    .requiredOption('--currency <code...>', 'ISO 4217 alphabetic codes')
    .option('--signing-key <file>', 'public key that verifies its requests, PEM or JWK')
    .option('--encryption-key <file>', 'public RSA key that its answers are encrypted to')
    .addOption(
      new Option('--answers <how>', 'encrypt answers to its key, or under the request’s own key')
        .choices(['registered-key', 'request-key'])
        .default('request-key'),
    )
    .option('--inactive', 'the record stays, and its requests are refused')
    .option('--generate <folder>', 'make its keys and a client file for `sallyport send`')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
  addConfigOption(add).action(async (options: AddOptions) => {
    finish(await registerMerchant(options, configOf(options, outside), outside))
  })
  const list = merchant
    .command('list')
    .description('show the merchants')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  sallyport merchant list --json')
  addConfigOption(list).action(async (options: ListOptions) => {
    finish(await listMerchants(configOf(options, outside), options.json === true, outside))
  })
}

/** Check the record and its keys, then write it down; what is refused leaves no trace. */
export async function registerMerchant(
  options: AddOptions,
  config: Config,
  outside: Outside,
): Promise<ExitCode> {
  const enrolled = enrolledKeys(options, config)
  const reasons = [...recordFaults(options), ...enrolled.reasons]
  if (reasons.length > 0) return refuse(reasons, outside)
  const { generate } = options
  const made = generate === undefined ? [] : await makeMerchantFolder(generate, options, config)
  const keys = [...enrolled.keys, ...made]
  const refused = await write(merchantOf(options, keys), config)
  if (refused.length > 0) return refuse(refused, outside)
  const kids = keys.map((it) => it.kid)
  if (options.json) say(outside, JSON.stringify({ merchant: options.id, kids }))
  else sayAdded(options, keys, outside)
  return EXIT.done
}

function refuse(reasons: readonly string[], outside: Outside): ExitCode {
  for (const reason of reasons) complain(outside, reason)
  return EXIT.refused
}

/** The keys that were given as files, and every reason against them. */
function enrolledKeys(
  options: AddOptions,
  config: Config,
): { readonly keys: readonly MerchantKey[]; readonly reasons: readonly string[] } {
  const keys: MerchantKey[] = []
  const reasons: string[] = []
  for (const [file, use] of [
    [options.signingKey, 'sig'],
    [options.encryptionKey, 'enc'],
  ] as const) {
    if (file === undefined) continue
    const enrolment = enrolmentOf(readKey(file), use, config.environment)
    if (enrolment.kind === 'fit') keys.push({ kid: enrolment.kid, use, jwk: enrolment.jwk })
    else reasons.push(...enrolment.reasons.map((reason) => `${file}: ${reason}`))
  }
  for (const kid of keysOfTwoUses(keys)) {
    reasons.push(`${kid}: a key has one use; take another to encrypt to than the one that signs`)
  }
  const generates = options.generate !== undefined
  if (options.signingKey === undefined && !generates) {
    reasons.push('a signing key is needed: --signing-key FILE, or --generate FOLDER')
  }
  if (options.answers === 'registered-key' && options.encryptionKey === undefined && !generates) {
    reasons.push('--answers registered-key needs --encryption-key FILE, or --generate FOLDER')
  }
  return { keys, reasons }
}

function recordFaults(options: AddOptions): string[] {
  const shapes: readonly [string, readonly string[], RegExp][] = [
    ['--id', [options.id], /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/],
    ['--name', [options.name], /^(?=.{1,25}$)[!-~]+( +[!-~]+)*$/],
    ['--city', [options.city], /^(?=.{1,13}$)[!-~]+( +[!-~]+)*$/],
    ['--country', [options.country], /^[A-Z]{2}$/],
    ['--acceptor', [options.acceptor ?? options.id], /^(?=.{1,15}$)[!-~]+( +[!-~]+)*$/],
    ['--terminal', options.terminal, /^(?=.{8}$)[!-~]+( +[!-~]+)*$/],
    ['--category', [options.category], /^[0-9]{4}$/],
  ]
  const faults = shapes.flatMap(([name, values, shape]) =>
    values.every((value) => shape.test(value)) ? [] : [`${name} must match ${shape.source}`],
  )
  const unknown = options.currency.filter((code) => currencyOf(code) === undefined)
  for (const [name, values] of [
    ['--terminal', options.terminal],
    ['--currency', options.currency],
  ] as const) {
    if (new Set(values).size < values.length) faults.push(`${name} names one of them twice`)
  }
  return [...faults, ...unknown.map((code) => `--currency ${code} is not in ISO 4217`)]
}

/** A public key in PEM or as a JWK; what is neither is left for the enrolment to refuse. */
function readKey(file: string): string | Record<string, string> {
  const text = readFileSync(file, 'utf8')
  if (!text.trimStart().startsWith('{')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function merchantOf(options: AddOptions, keys: readonly MerchantKey[]): Merchant {
  return {
    id: options.id,
    name: options.name,
    city: options.city,
    country: options.country,
    acceptorId: options.acceptor ?? options.id,
    terminals: options.terminal,
    categoryCode: options.category,
    currencies: options.currency,
    keys,
    answerEncryption: options.answers,
    active: options.inactive !== true,
  }
}

/** Its fee plan stays. @returns why it may not be; then nothing was written */
function write(given: Merchant, config: Config): Promise<readonly string[]> {
  return inRegistry(config, async (registry) => {
    const { merchants } = await registry.merchants()
    const { feePlan } = merchants.find(({ id }) => id === given.id) ?? {}
    const merchant = feePlan === undefined ? given : { ...given, feePlan }
    const reasons = [...keysTaken(merchant, merchants), ...notInPlan(merchant)]
    if (reasons.length === 0) await registry.putMerchant(merchant, 'command line')
    return reasons
  })
}

function keysTaken({ id, keys }: Merchant, merchants: readonly Merchant[]): string[] {
  const kids = new Set(keys.map(({ kid }) => kid))
  const other = merchants.find((it) => it.id !== id && it.keys.some(({ kid }) => kids.has(kid)))
  if (other === undefined) return []
  return [`a key is registered to ${other.id} already; each merchant has its own`]
}

/** A currency without terms would be free unseen. */
function notInPlan({ feePlan, currencies }: Merchant): string[] {
  if (feePlan === undefined) return []
  return planFaults(feePlan, currencies).map(({ reason }) => `its fee plan ${reason}`)
}

function sayAdded(options: AddOptions, keys: readonly MerchantKey[], outside: Outside): void {
  say(outside, `Merchant ${options.id} is registered.`)
  for (const key of keys)
    say(outside, `  ${key.use === 'sig' ? 'signs with' : 'is told under'} ${key.kid}`)
  if (options.generate !== undefined) {
    say(outside, `Its keys and client.json are in ${options.generate}.`)
  }
}

async function listMerchants(config: Config, asJson: boolean, outside: Outside): Promise<ExitCode> {
  const { merchants } = await inRegistry(config, (registry) => registry.merchants())
  if (asJson) say(outside, JSON.stringify(merchants))
  for (const { id, name, active, terminals, currencies } of asJson ? [] : merchants) {
    const standing = active ? 'active' : 'inactive'
    say(outside, [id, name, standing, terminals.join(' '), currencies.join(' ')].join('\t'))
  }
  return EXIT.done
}
