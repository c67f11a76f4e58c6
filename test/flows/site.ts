import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { runProgram } from '../../src/cli/program.ts'

/** The folder of one sandbox, as its operator would have made it. */
export interface Site {
  readonly folder: string
  readonly configFile: string
  readonly journalFile: string
  readonly bookFile: string
  /** Run a command of `sallyport` in this process. @returns its exit code and what it printed */
  command(...words: string[]): Promise<{ readonly code: number; readonly printed: string }>
  remove(): void
}

export const MERCHANT = 'M-1001'
const TERMINAL = 'T0000001'

export interface SiteOptions extends LinkTimes {
  readonly environment?: Environment
}

/** Times of the host's link.json, where the profile's own are too long for a test. */
export interface LinkTimes {
  readonly answerTimeoutMs?: number
  readonly lateAnswerMaxMs?: number
  readonly echoIdleMs?: number
}

type Environment = 'sandbox' | 'production'

/** Making keys is slow: each environment's folder is made once in a process, then copied. */
const templates = new Map<Environment, Promise<string>>()

/** A fresh folder with one merchant, for the emulated host unless it is for production. */
export async function makeSite(options: SiteOptions = {}): Promise<Site> {
  const { environment = 'sandbox' } = options
  const template = templates.get(environment) ?? makeTemplate(environment)
  templates.set(environment, template)
  const folder = temporaryFolder()
  cpSync(await template, folder, { recursive: true })
  const times = timesIn(options)
  if (Object.keys(times).length > 0) quicken(folder, times)
  return siteIn(folder)
}

function timesIn({ answerTimeoutMs, lateAnswerMaxMs, echoIdleMs }: LinkTimes): LinkTimes {
  const times = Object.entries({ answerTimeoutMs, lateAnswerMaxMs, echoIdleMs })
  return Object.fromEntries(times.filter(([, ms]) => ms !== undefined))
}

/** Register a merchant with an EC key, whose private half stays in the site. */
export async function addMerchant(site: Site, id: string): Promise<void> {
  const keys = join(site.folder, 'merchants', id)
  mkdirSync(keys, { recursive: true })
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicFile = join(keys, 'public.pem')
  writeFileSync(publicFile, pair.publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(signingKeyFile(site, id), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { code, printed } = await site.command(
    ...['merchant', 'add', '--config', site.configFile, '--id', id, '--name', 'Corner Books'],
    ...['--city', 'Boston', '--country', 'US', '--category', '5942', '--terminal', TERMINAL],
    ...['--currency', 'USD', '--signing-key', publicFile],
  )
  if (code !== 0) throw new Error(printed)
}

/** Make another host the site's, by its name or its folder. */
export function useHost(site: Site, profile: string): void {
  edit(site.configFile, (config) => ({
    ...config,
    host: { ...(config['host'] as object), profile },
  }))
}

/** Give the site a host of its own: one of specs/hosts with another link. @returns its folder */
export function addHost(
  site: Site,
  name: string,
  changeLink: (link: Document) => Document,
): string {
  const folder = join(site.folder, 'hosts', name)
  cpSync(new URL(`../../specs/hosts/${name}`, import.meta.url), folder, { recursive: true })
  edit(join(folder, 'link.json'), changeLink)
  useHost(site, folder)
  return folder
}

/** Enter the key that a host with MACs sends its keys under, as the bank's custodians would. */
export async function enterHostKey(site: Site, key: string): Promise<void> {
  const file = join(site.folder, 'component.txt')
  writeFileSync(file, key, { mode: 0o600 })
  const words = ['--config', site.configFile, '--component', file]
  const { code, printed } = await site.command('host-key', 'add', ...words)
  if (code !== 0) throw new Error(printed)
}

export function signingKeyFile(site: Site, merchant: string): string {
  return join(site.folder, 'merchants', merchant, 'signing.pem')
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-flows-'))
  made.push(folder)
  return folder
}

const made: string[] = []
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

async function makeTemplate(environment: Environment): Promise<string> {
  const site = siteIn(join(temporaryFolder(), 'data'))
  const { code, printed } = await site.command(
    ...['init', '--folder', site.folder, '--rsa-bits', '2048', '--environment', environment],
  )
  if (code !== 0) throw new Error(printed)
  await addMerchant(site, MERCHANT)
  return site.folder
}

function siteIn(folder: string): Site {
  return {
    folder,
    configFile: join(folder, 'sallyport.json'),
    journalFile: join(folder, 'journal.db'),
    bookFile: join(folder, 'host-book.db'),
    async command(...words) {
      let printed = ''
      const sink = new Writable({
        write(chunk, _encoding, done) {
          printed += chunk
          done()
        },
      })
      const code = await runProgram(words, {
        out: sink,
        err: sink,
        input: Readable.from([]),
        environment: {},
        onStopSignal: () => {},
      })
      return { code, printed }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Give the site a host profile of its own, which is the sandbox's but for its patience. */
function quicken(folder: string, times: LinkTimes): void {
  addHost(siteIn(folder), 'meridian', (link) => ({ ...link, ...times }))
}

type Document = Readonly<Record<string, unknown>>

function edit(file: string, change: (document: Document) => Document): void {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))))
}
