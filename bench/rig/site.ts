import { createPublicKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FeePlan, Merchant } from '#domain'
import type { EnvelopeKeys, SignatureAlgorithm } from '#envelope'
import { createSystemClock, createSystemRandom } from '#platform'
import {
  createCertificates,
  createKeyPair,
  createKeyring,
  type KeyPair,
  type Keyring,
  openKeyring,
  type RsaBits,
} from '#security'
import { openRegistry, type StorePlace } from '#store'
import type { Identity } from '../load/seal.ts'
import { ACQUIRER, MERCHANT, NEIGHBOUR } from '../payments.ts'
import type { ReferenceSetup } from '../reference-gateway.ts'

export interface SiteOptions {
  /** Where the data goes; a memory file system would make syncing look free. */
  readonly folder?: string
  /** Of the gateway's encryption key and of the merchant's signing key, where that is RSA. */
  readonly rsaBits: RsaBits
  readonly algorithm: SignatureAlgorithm
}

export interface SetupOptions {
  /** Its store, when that is not to be a file in its folder. */
  readonly place?: StorePlace
  readonly waiting?: Waiting
  /** Of the first merchant. */
  readonly feePlan?: FeePlan
}

/**
 * A gateway's folder without a gateway: keys, certificates and two merchants, and fresh data for
 * each run.
 */
export interface Site {
  readonly identity: Identity
  /** Another merchant's, which signs as fast as can be. */
  readonly neighbour: Identity
  readonly keyring: Keyring
  readonly merchant: Merchant
  readonly envelopeKeys: EnvelopeKeys
  /** PEM of the authority behind the listeners' certificate. */
  readonly ca: string
  /** Make a fresh data folder for one run of the reference. */
  referenceSetup(hostPort: number): ReferenceSetup
  freshFolder(): string
  /** Make a fresh data folder for one run of the gateway. @returns its configuration file */
  gatewaySetup(hostPort: number, listenerPort: number, options?: SetupOptions): Promise<string>
  close(): void
}

/**
 * How long requests may wait to be opened: as the operator would have it, or for as long as a
 * closed loop makes them, for a bench of how fast the gateway is and not of whom it refuses (when
 * nothing is said).
 */
export type Waiting = 'bounded' | 'unbounded'

export async function makeSite(options: SiteOptions): Promise<Site> {
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'sallyport-bench-'))
  const [clock, random] = [createSystemClock(), createSystemRandom()]
  const keysFolder = join(folder, 'keys')
  const tlsFolder = join(folder, 'tls')
  await createKeyring(keysFolder, { environment: 'sandbox', random, rsaBits: options.rsaBits })
  await createCertificates(tlsFolder, { clock, random, names: [] })
  const keyring = await openKeyring(keysFolder, { environment: 'sandbox', random })
  const pair =
    options.algorithm === 'PS256'
      ? await createKeyPair('PS256', options.rsaBits)
      : await createKeyPair('ES256')
  const merchant = merchantWith(MERCHANT, pair)
  const neighbourPair = await createKeyPair('ES256')
  const tls = {
    cert: readFileSync(join(tlsFolder, 'server.crt'), 'utf8'),
    key: readFileSync(join(tlsFolder, 'server.key'), 'utf8'),
  }
  let runs = 0

  function freshFolder(): string {
    const fresh = join(folder, `run-${++runs}`)
    mkdirSync(fresh)
    return fresh
  }

  return {
    identity: identityOf(keyring, merchant, { pair, algorithm: options.algorithm }),
    neighbour: identityOf(keyring, NEIGHBOUR, { pair: neighbourPair, algorithm: 'ES256' }),
    keyring,
    merchant,
    envelopeKeys: envelopeKeysOf(keyring, merchant),
    ca: readFileSync(join(tlsFolder, 'ca.crt'), 'utf8'),
    referenceSetup(hostPort) {
      const journalFile = join(freshFolder(), 'journal.db')
      return { keys: referenceKeys(keyring, pair, options.algorithm), tls, journalFile, hostPort }
    },
    freshFolder,
    async gatewaySetup(host, listener, options = {}) {
      const { place: given, waiting = 'unbounded', feePlan } = options
      const fresh = freshFolder()
      const place = given ?? join(fresh, 'journal.db')
      const registry = await openRegistry(place, { clock })
      await registry.putMerchant(feePlan ? { ...merchant, feePlan } : merchant, 'bench')
      await registry.putMerchant(merchantWith(NEIGHBOUR, neighbourPair), 'bench')
      await registry.close()
      const file = join(fresh, 'sallyport.json')
      const config = {
        ...configFor({ keysFolder, tlsFolder }, { host, listener, waiting }),
        ...storeMembers(place),
      }
      writeFileSync(file, JSON.stringify(config, undefined, 2))
      return file
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function merchantWith(record: typeof MERCHANT | typeof NEIGHBOUR, { kid, jwk }: KeyPair): Merchant {
  const keys = [{ kid, use: 'sig' as const, jwk }]
  return { ...record, keys, answerEncryption: 'request-key', active: true }
}

function envelopeKeysOf(keyring: Keyring, merchant: Merchant): EnvelopeKeys {
  const gateway = keyring.envelopeKeys.map(({ kid, use, privateKeyPem }) => {
    return { kid, use, privateKeyPem: privateKeyPem.reveal() }
  })
  return { gateway, merchants: [{ ...merchant, merchant: merchant.id }] }
}

function pemOf(keyring: Keyring, use: 'enc' | 'sig'): { kid: string; pem: string } {
  const key = keyring.envelopeKeys.find((it) => it.use === use)
  if (key === undefined) throw new Error(`the key ring has no ${use} key`)
  return { kid: key.kid, pem: key.privateKeyPem.reveal() }
}

function publicPem(privatePem: string): string {
  return String(createPublicKey(privatePem).export({ format: 'pem', type: 'spki' }))
}

function identityOf(
  keyring: Keyring,
  { id }: { readonly id: string },
  { pair, algorithm }: { readonly pair: KeyPair; readonly algorithm: SignatureAlgorithm },
): Identity {
  const encryption = pemOf(keyring, 'enc')
  const signing = keyring.publicKeys.keys.find((key) => key.use === 'sig')
  if (signing === undefined) throw new Error('the key ring has no sig key')
  return {
    merchant: id,
    merchantKid: pair.kid,
    signingPem: pair.privateKeyPem.reveal(),
    algorithm,
    gatewayKid: encryption.kid,
    gatewayPem: publicPem(encryption.pem),
    gatewaySigningJwk: signing,
  }
}

function referenceKeys(keyring: Keyring, pair: KeyPair, algorithm: SignatureAlgorithm) {
  const pem = publicPem(pair.privateKeyPem.reveal())
  return {
    decryptionPem: pemOf(keyring, 'enc').pem,
    signing: pemOf(keyring, 'sig'),
    merchant: { kid: pair.kid, pem, algorithm },
  }
}

function storeMembers(place: StorePlace): object {
  if (typeof place === 'string') return { storeFile: place }
  const { user, host, port, database, node } = place
  return { store: { postgres: { url: `postgres://${user}@${host}:${port}/${database}`, node } } }
}

/** As `sallyport init` would write it, but for what a bench needs. */
function configFor(
  { keysFolder, tlsFolder }: { keysFolder: string; tlsFolder: string },
  { host, listener, waiting }: { host: number; listener: number; waiting: Waiting },
) {
  return {
    environment: 'sandbox',
    log: { level: 'warn' },
    keysFolder,
    acquirer: ACQUIRER,
    // The requests were written before the clock started, and are sent again in each run.
    requests: { freshnessMs: 3_600_000 },
    listeners: {
      framed: { port: listener },
      https: { port: 0 },
      certificateFile: join(tlsFolder, 'server.crt'),
      keyFile: join(tlsFolder, 'server.key'),
      ...(waiting === 'unbounded' && { openWaitMs: 60_000 }),
    },
    host: { profile: 'meridian', emulated: true, connect: [{ port: host }] },
  }
}
