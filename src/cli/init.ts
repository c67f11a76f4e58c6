import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { createSystemClock, createSystemRandom } from '#platform'
import { createCertificates, createKeyring, enterHostKey, openKeyring } from '#security'
import { type ConfigFault, faultsOfConfig } from '../config.ts'
import { cardsFileOf, readCards, SANDBOX_CARDS_FILE } from '../emulated-host.ts'
import { type HostProfile, profileFrom, readHostProfile, readMessages } from '../host-profile.ts'
import { EMULATOR_ENDPOINT, endpointOf } from './endpoint.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { hostNamed } from './host-name.ts'
import { complain, type Outside, say } from './outside.ts'
import { enterSandboxPinKeys } from './sandbox-pin-keys.ts'

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
  const config = configOf(options, endpoint)
  const reasons = [...faultsOfConfig(config).map(optionFault), ...nameFaults(options.name)]
  for (const reason of reasons) complain(outside, reason)
  if (reasons.length > 0) return EXIT.usage
  const profile = readHostProfile(hostNamed(options.host), readMessages())
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await makeKeys(folder, options)
  if (config.host.emulated) await enterEmulatedKey(folder, profile)
  const takesPins = config.host.emulated === true && takesSandboxPins(profile)
  if (takesPins) await enterSandboxPinKeys(join(folder, 'keys'), profile.name)
  const whole = takesPins ? { ...config, hsm: { kind: 'software' } } : config
  writeFileSync(configFile, `${JSON.stringify(whole, undefined, 2)}\n`)
  if (options.json) say(outside, JSON.stringify({ folder, config: configFile }))
  else sayNext({ folder, configFile, config, profile }, outside)
  return EXIT.done
}

/** The options that make up the configuration, by its members. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['acquirer.institution', '--institution'],
  ['acquirer.country', '--country'],
  ['host.profile', '--host'],
  ['host.emulated', '--emulated'],
])

function optionFault({ path, reason }: ConfigFault): string {
  const isEndpoint = path.startsWith('host.connect')
  return `${isEndpoint ? '--connect' : (OPTIONS.get(path) ?? path)}: ${reason}`
}

function nameFaults(names: readonly string[]): string[] {
  const wrong = names.filter((name) => isIP(name) === 0 && !HOST_NAME.test(name))
  return wrong.map((name) => `--name ${name}: is no host name and no IP address`)
}

/** A name of RFC 1123, whose first label may stand for any. */
const HOST_NAME = /^(?=.{1,253}$)(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9-]{1,63})*$/i

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

/** The emulated host’s keys travel under a key that everybody knows; the gateway has to as well. */
async function enterEmulatedKey(folder: string, profile: HostProfile): Promise<void> {
  const { name, link } = profile
  const { keyEncryptingKey } = readCards(cardsFileOf(profile))
  if (link.mac === undefined || keyEncryptingKey === undefined) return
  const options = { environment: 'sandbox', random: createSystemRandom() } as const
  await enterHostKey(join(folder, 'keys'), options, {
    host: name,
    wrapping: link.mac.key.wrapping,
    components: [Buffer.from(keyEncryptingKey).toString('hex')],
    replace: false,
    atMs: createSystemClock().nowMs(),
  })
}

/** Whether the emulated host has the PIN key that everybody knows. */
function takesSandboxPins(profile: HostProfile): boolean {
  return profile.mapping.pinFormat === 'iso-0' && cardsFileOf(profile) === SANDBOX_CARDS_FILE
}

interface Written {
  readonly environment: string
  readonly acquirer: { readonly institution: string; readonly country: string }
  readonly host: {
    readonly profile: string
    readonly connect: readonly [{ readonly address: string; readonly port: number }]
    readonly emulated?: boolean
  }
}

function configOf(options: InitOptions, endpoint: Written['host']['connect'][0]): Written {
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

interface Made {
  readonly folder: string
  readonly configFile: string
  readonly config: Written
  readonly profile: HostProfile
}

function sayNext({ folder, configFile, config, profile }: Made, outside: Outside): void {
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
  if (profile.link.mac !== undefined && !config.host.emulated) {
    say(outside, `  sallyport host-key add --config ${configFile} --help`)
  }
  if (config.host.emulated) {
    const [{ address, port }] = config.host.connect
    const listen = `${isIP(address) === 6 ? `[${address}]` : address}:${port}`
    const book = join(folder, 'host-book.db')
    say(outside, `  sallyport emulate host --profile ${config.host.profile} \\`)
    say(outside, `    --listen ${listen} --book ${book}`)
  }
  say(outside, `  sallyport start --config ${configFile}`)
}
