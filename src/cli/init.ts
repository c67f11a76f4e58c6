import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { createSystemClock, createSystemRandom } from '#platform'
import { createCertificates, createKeyring, openKeyring } from '#security'
import { profileFrom, readHostProfile, readMessages } from '../host-profile.ts'
import { EMULATOR_ENDPOINT, endpointOf } from './endpoint.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { complain, type Outside, say } from './outside.ts'

/** What `init` is asked for. */
export interface InitOptions {
  readonly folder: string
  readonly environment: 'sandbox' | 'production'
  readonly host: string
  readonly connect: string
  readonly emulated?: true
  readonly institution: string
  readonly country: string
  readonly rsaBits: '2048' | '3072' | '4096'
  readonly name: string[]
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport init                        a sandbox in ./data, for the emulated host
  sallyport init --host banks/harbour   the same for a host of your own (specs/hosts/README.md)
  sallyport init --environment production --folder /var/lib/sallyport \\
    --host meridian --connect 10.1.2.3:7000 --institution 12345678901 --country 840 \\
    --name pay.bank.example

Nothing that exists is overwritten.`

/** `sallyport init`: a folder with configuration, key ring and certificates. */
export function addInit(program: Command, outside: Outside, finish: Finish): void {
  program
    .command('init')
    .description('make a folder with configuration, keys and certificates')
    .option('--folder <folder>', 'where', 'data')
    .addOption(
      new Option('--environment <which>', 'production refuses test keys and the emulator')
        .choices(['sandbox', 'production'])
        .default('sandbox'),
    )
    .option('--host <profile>', 'host profile: its name under specs/hosts, or a path', 'meridian')
    .option('--connect <address:port>', 'where the core host listens', EMULATOR_ENDPOINT)
    .option('--emulated', 'that host is the emulator; a sandbox without --connect has it')
    .option('--institution <digits>', 'acquiring institution, DE32', '12345678901')
    .option('--country <digits>', 'country of the acquirer, ISO 3166-1 numeric', '840')
    .addOption(
      new Option('--rsa-bits <bits>', 'length of the gateway’s encryption key')
        .choices(['2048', '3072', '4096'])
        .default('3072'),
    )
    .option('--name <name...>', 'names of the listeners in their certificate', [])
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: InitOptions) => finish(await init(options, outside)))
}

/**
 * Make the folder. Says what it made, and refuses one that is in use.
 *
 * @throws ProfileError when the host's profile cannot be used; nothing is made then
 */
export async function init(options: InitOptions, outside: Outside): Promise<ExitCode> {
  const folder = resolve(options.folder)
  const configFile = join(folder, 'sallyport.json')
  if (existsSync(configFile)) {
    complain(outside, `${configFile} exists already; nothing was changed`)
    return EXIT.configuration
  }
  const endpoint = endpointOf(options.connect)
  if (!endpoint) {
    complain(outside, '--connect must be ADDRESS:PORT')
    return EXIT.usage
  }
  readHostProfile(options.host, readMessages())
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await makeKeys(folder, options)
  writeFileSync(configFile, `${JSON.stringify(configOf(options, endpoint), undefined, 2)}\n`)
  if (options.json) say(outside, JSON.stringify({ folder, config: configFile }))
  else sayNext(folder, configFile, outside)
  return EXIT.done
}

async function makeKeys(folder: string, options: InitOptions): Promise<void> {
  const { environment } = options
  const random = createSystemRandom()
  const clock = createSystemClock()
  const keys = join(folder, 'keys')
  await createKeyring(keys, {
    random,
    environment,
    rsaBits: Number(options.rsaBits) as 2048 | 3072 | 4096,
  })
  const { publicKeys } = await openKeyring(keys, { random, environment })
  writeFileSync(join(keys, 'public.json'), `${JSON.stringify(publicKeys, undefined, 2)}\n`)
  await createCertificates(join(folder, 'tls'), { clock, random, names: options.name })
}

function configOf(options: InitOptions, endpoint: { address: string; port: number }): object {
  const isUsual = options.environment === 'sandbox' && options.connect === EMULATOR_ENDPOINT
  const emulated = options.emulated === true || isUsual
  // A path holds wherever the gateway is started from.
  const profile = profileFrom('.', options.host)
  return {
    environment: options.environment,
    acquirer: { institution: options.institution, country: options.country },
    host: { profile, connect: [endpoint], ...(emulated ? { emulated } : {}) },
  }
}

function sayNext(folder: string, configFile: string, outside: Outside): void {
  say(outside, `Made ${folder}:`)
  say(outside, '  sallyport.json    the configuration')
  say(
    outside,
    '  keys/             the key ring under keys/master.key, and public.json for merchants',
  )
  say(outside, '  tls/              an authority of its own and the listeners’ certificate')
  say(outside)
  say(outside, 'Next:')
  say(outside, `  sallyport merchant add --config ${configFile} --help`)
  say(outside, `  sallyport start --config ${configFile}`)
}
