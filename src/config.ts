import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { type ParseError, parse as parseJson } from 'jsonc-parser'
import { isJsonObject, type JsonObject } from '#domain'
import type { Random } from '#platform'
import { syntaxFault } from '#processing'
import type { KeyringOptions } from '#security'
import { postgresAddressOf } from '#store'
import { profileFrom } from './host-profile.ts'
import { fileFault } from './spec-files.ts'

/** Where a TCP socket is; port 0 lets the system choose. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** Bounds on what a merchant's connection may do. */
export interface ListenerLimits {
  readonly frameBytesMax: number
  readonly headerBytesMax: number
  readonly connectionsMax: number
  readonly requestsInFlightPerConnectionMax: number
  readonly handshakeTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly headerTimeoutMs: number
  readonly frameTimeoutMs: number
  readonly writeTimeoutMs: number
}

/**
 * The whole configuration, complete and frozen; every path in it is absolute.
 * specs/config.schema.json describes each member.
 */
export interface Config {
  readonly environment: 'sandbox' | 'production'
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug' }
  readonly keysFolder: string
  /** The master key, when it is not in the keys folder. */
  readonly masterKeyFile?: string
  readonly storeFile: string
  readonly acquirer: { readonly institution: string; readonly country: string }
  readonly requests: {
    readonly freshnessMs: number
    readonly retryAfterMs: number
    readonly retryAfterMaxMs: number
  }
  readonly listeners: {
    readonly framed: Endpoint
    readonly https: Endpoint
    readonly requestsInFlightMax: number
    readonly openWaitMs: number
    readonly bufferBytesMax: number
    readonly limits: ListenerLimits
    readonly certificateFile: string
    readonly keyFile: string
    readonly clientCertificates: 'none' | 'optional' | 'required'
    readonly clientCaFile: string
  }
  readonly envelope: {
    /** 0: one less than the machine has cores, at least one. */
    readonly workers: number
    readonly contentKeyMessagesMax: number
    readonly contentKeyMinutesMax: number
    readonly contentKeysMax: number
    readonly tokenBytesMax: number
    readonly headerBytesMax: number
    readonly payloadBytesMax: number
    readonly jsonDepthMax: number
    readonly jsonMembersMax: number
    readonly jsonStringUnitsMax: number
    readonly queueMessagesMax: number
    readonly repliesMax: number
    readonly replyMinutesMax: number
  }
  /** Present when PINs are taken. */
  readonly hsm?: HsmConfig
  readonly host: {
    readonly profile: string
    readonly emulated: boolean
    readonly connect?: readonly Endpoint[]
    /** `addresses`: the IP addresses that the host dials from; all, when absent. */
    readonly listen?: Endpoint & { readonly addresses?: readonly string[] }
    readonly connections: number
    readonly windowRequests: number
    readonly answerWaitMs: number
    readonly owedRequestsMax: number
    readonly owedPollMs: number
    readonly owedRetryMinMs: number
    readonly owedRetryMaxMs: number
    readonly owedOverdueMs: number
    readonly answeredKeysMax: number
    readonly straysPerMinuteMax: number
    readonly connectTimeoutMs: number
    readonly frameTimeoutMs: number
    readonly reconnectDelayMinMs: number
    readonly reconnectDelayMaxMs: number
    readonly tls?: HostTlsFiles
  }
  readonly store: {
    readonly queueActsMax: number
    readonly walBytesMax: number
    readonly reservedBytes: number
    readonly freeBytesMin: number
    /** Present when the store is a database; `storeFile` is of no account then. */
    readonly postgres?: PostgresConfig
  }
  readonly stanLeaseCount: number
  readonly registryPollMs: number
  readonly dayPollMs: number
  readonly drainMs: number
}

/** What PINs and their keys are left to. */
export interface HsmConfig {
  readonly kind: 'software'
  /** Who at the bank has signed for that in production, and on which day, `YYYY-MM-DD`. */
  readonly accepted?: { readonly by: string; readonly on: string }
}

export interface PostgresConfig {
  readonly url: string
  readonly node: string
  readonly password?: string
  readonly passwordFile?: string
  readonly tls?: HostTlsFiles
  readonly limits: {
    readonly connectTimeoutMs: number
    readonly statementTimeoutMs: number
    readonly busyTimeoutMs: number
    readonly reconnectDelayMinMs: number
    readonly reconnectDelayMaxMs: number
    readonly beatMs: number
    readonly deadAfterMs: number
  }
}

/** PEM files of a TLS line to the host or to the database. */
export interface HostTlsFiles {
  readonly caFile: string
  readonly certificateFile?: string
  readonly keyFile?: string
  readonly serverName?: string
}

/**
 * One thing wrong with the configuration. `path` is dotted; `(file)` when it is the file itself.
 */
export interface ConfigFault {
  readonly path: string
  readonly reason: string
}

/** The configuration cannot be used; `faults` lists everything that is wrong with it at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'
  readonly faults: readonly ConfigFault[]

  constructor(file: string, faults: readonly ConfigFault[]) {
    super(
      [`${file} cannot be used:`, ...faults.map((it) => `  ${it.path}: ${it.reason}`)].join('\n'),
    )
    this.faults = faults
  }
}

const SCHEMA_FILE = resolve(import.meta.dirname, '../specs/config.schema.json')

/** Members whose value is a path, made absolute from the folder of the file. */
const PATHS = [
  'keysFolder',
  'masterKeyFile',
  'storeFile',
  'listeners.certificateFile',
  'listeners.keyFile',
  'listeners.clientCaFile',
  'host.tls.caFile',
  'host.tls.certificateFile',
  'host.tls.keyFile',
  'store.postgres.passwordFile',
  'store.postgres.tls.caFile',
  'store.postgres.tls.certificateFile',
  'store.postgres.tls.keyFile',
]

/**
 * Read the configuration file, lay the environment's SALLYPORT_ variables over it, fill in
 * defaults.
 *
 * @throws ConfigError with every fault
 */
export function readConfig(file: string, environment: NodeJS.ProcessEnv): Config {
  const schema = readSchema()
  const document = parseDocument(file)
  const faults = layOver(document, environment, leavesOf(schema, schema))
  faults.push(...completed(document, schema))
  if (faults.length > 0) throw new ConfigError(file, faults)
  const folder = dirname(resolve(file))
  for (const path of PATHS) {
    resolveAt(document, path.split('.'), (value) => resolve(folder, value))
  }
  resolveAt(document, ['host', 'profile'], (value) => profileFrom(folder, value))
  return freezeDeep(document) as unknown as Config
}

/** All that is wrong with a configuration as it is to be written; empty when it can be used. */
export function faultsOfConfig(document: object): readonly ConfigFault[] {
  return completed({ ...structuredClone(document) }, readSchema())
}

function readSchema(): JsonObject {
  return JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'))
}

/** Fills in the defaults. @returns what is wrong with it */
function completed(document: Draft, schema: JsonObject): ConfigFault[] {
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strictTypes: false })
  const validate = ajv.compile<Config>(schema)
  const faults = validate(document) ? [] : (validate.errors ?? []).map(faultOf)
  return [...faults, ...combinationFaults(document)]
}

/** What the key ring is opened with. */
export function keyringOptionsOf(
  { environment, masterKeyFile }: Config,
  random: Random,
): KeyringOptions {
  return { environment, random, ...(masterKeyFile === undefined ? {} : { masterKeyFile }) }
}

/** A JSON object that is still being put together. */
type Draft = { [member: string]: unknown }

function parseDocument(file: string): Draft {
  const errors: ParseError[] = []
  const document: unknown = parseJson(readText(file), errors)
  if (errors.length > 0) throw new ConfigError(file, errors.map(errorFault))
  if (!isJsonObject(document)) {
    throw new ConfigError(file, [{ path: '(file)', reason: 'must be a JSON object' }])
  }
  return { ...document }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = `${fileFault(error)}; \`sallyport init\` makes one`
    throw new ConfigError(file, [{ path: '(file)', reason }])
  }
}

function errorFault({ error, offset }: ParseError): ConfigFault {
  return { path: '(file)', reason: `${syntaxFault(error)} at character ${offset}` }
}

/** A member of the configuration that an environment variable may set. */
interface Leaf {
  readonly path: readonly string[]
  readonly isText: boolean
}

/** The leaves of the schema by their environment variable: SALLYPORT_HOST_WINDOW_REQUESTS. */
function leavesOf(node: JsonObject, root: JsonObject, path: string[] = []): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  const { properties, type, enum: choices } = resolveReference(node, root)
  if (!isJsonObject(properties)) {
    return leaves.set(variableOf(path), {
      path,
      isText: type === 'string' || choices !== undefined,
    })
  }
  for (const [member, child] of Object.entries(properties)) {
    if (!isJsonObject(child) || member === '$schema') continue
    for (const [name, leaf] of leavesOf(child, root, [...path, member])) leaves.set(name, leaf)
  }
  return leaves
}

function resolveReference(node: JsonObject, root: JsonObject): JsonObject {
  const reference = node['$ref']
  if (typeof reference !== 'string') return node
  const definitions = root['$defs']
  const name = reference.slice('#/$defs/'.length)
  const found = isJsonObject(definitions) ? definitions[name] : undefined
  return isJsonObject(found) ? found : node
}

function variableOf(path: readonly string[]): string {
  const words = path.map((it) => it.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  return `SALLYPORT_${words.join('_')}`
}

/** Variables that the program reads before there is a configuration. */
const NOT_MEMBERS = ['SALLYPORT_CONFIG']

function layOver(
  document: Draft,
  environment: NodeJS.ProcessEnv,
  leaves: ReadonlyMap<string, Leaf>,
): ConfigFault[] {
  const faults: ConfigFault[] = []
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('SALLYPORT_') || NOT_MEMBERS.includes(name) || text === undefined) continue
    const leaf = leaves.get(name)
    // What is not text is written as in JSON; what does not parse is left for the schema to refuse.
    if (leaf) setAt(document, leaf.path, leaf.isText ? text : (parseJson(text) ?? text))
    else faults.push({ path: name, reason: 'is not a member of the configuration' })
  }
  return faults
}

function setAt(document: Draft, path: readonly string[], value: unknown): void {
  let node = document
  for (const member of path.slice(0, -1)) {
    const child = node[member]
    const copy: Draft = isJsonObject(child) ? { ...child } : {}
    node[member] = copy
    node = copy
  }
  const last = path.at(-1)
  if (last !== undefined) node[last] = value
}

function faultOf({ instancePath, message, params }: ErrorObject): ConfigFault {
  const path = instancePath.slice(1).replaceAll('/', '.') || '(file)'
  const named = params['additionalProperty'] ?? params['allowedValues']
  return { path, reason: `${message ?? 'is wrong'}${named === undefined ? '' : ` (${named})`}` }
}

/** What no schema can say: members that exclude or need each other, in a document of any shape. */
function combinationFaults(document: Draft): ConfigFault[] {
  const { environment, host: given, store, hsm } = document
  const isProduction = environment === 'production'
  const faults = [...boundFaults(document), ...databaseFaults(store, isProduction)]
  faults.push(...hsmFaults(hsm, isProduction))
  const host = isJsonObject(given) ? given : {}
  const tls = isJsonObject(host['tls']) ? host['tls'] : undefined
  const [dials, listens] = [host['connect'] !== undefined, host['listen'] !== undefined]
  if (dials === listens) {
    faults.push({ path: 'host', reason: 'needs exactly one of connect and listen' })
  }
  if (environment === 'production' && host['emulated'] === true) {
    faults.push({ path: 'host.emulated', reason: 'production refuses the emulated host' })
  }
  faults.push(...certificateFaults('host.tls', tls))
  if (listens && tls !== undefined && !tls['keyFile']) {
    faults.push({ path: 'host.tls', reason: 'a listener needs certificateFile and keyFile' })
  }
  return [...faults, ...addressFaults(host['listen'], tls !== undefined)]
}

/** Bounds that depend on one another. */
function boundFaults({ requests, listeners, store }: Draft): ConfigFault[] {
  const faults: ConfigFault[] = []
  const bound = (group: unknown, member: string) => Number(isJsonObject(group) && group[member])
  if (bound(requests, 'retryAfterMaxMs') < bound(requests, 'retryAfterMs')) {
    faults.push({ path: 'requests.retryAfterMaxMs', reason: 'must not be less than retryAfterMs' })
  }
  // Each request has one act under way at a time; the journal has others too.
  if (bound(store, 'queueActsMax') < 2 * bound(listeners, 'requestsInFlightMax')) {
    const reason = 'must be at least twice listeners.requestsInFlightMax'
    faults.push({ path: 'store.queueActsMax', reason })
  }
  return faults
}

/** Without TLS, where a connection comes from is all that tells the host from anybody. */
function addressFaults(listen: unknown, hasTls: boolean): ConfigFault[] {
  if (!isJsonObject(listen)) return []
  const path = 'host.listen.addresses'
  const { addresses } = listen
  if (addresses === undefined) {
    return hasTls ? [] : [{ path, reason: 'is needed where there is no host.tls' }]
  }
  const areKnown = Array.isArray(addresses) && addresses.every((it) => isIP(String(it)) > 0)
  return areKnown ? [] : [{ path, reason: 'must be IP addresses' }]
}

function databaseFaults(store: unknown, isProduction: boolean): ConfigFault[] {
  const database = isJsonObject(store) ? store['postgres'] : undefined
  if (!isJsonObject(database)) return []
  const faults: ConfigFault[] = []
  const { url, tls, password, passwordFile, limits } = database
  const refuse = (member: string, reason: string) => {
    faults.push({ path: `store.postgres.${member}`, reason })
  }
  const address = typeof url === 'string' ? postgresAddressOf(url) : undefined
  if (typeof address === 'string') refuse('url', address)
  else if (address && isProduction && tls === undefined && !isOfThisMachine(address.host)) {
    refuse('tls', 'production needs it where the database is on another machine')
  }
  if (password !== undefined && passwordFile !== undefined) {
    refuse('password', 'is in passwordFile already')
  }
  const { beatMs, deadAfterMs, statementTimeoutMs } = isJsonObject(limits) ? limits : {}
  const leastMs = Math.max(3 * Number(beatMs), 2 * Number(statementTimeoutMs))
  if (Number(deadAfterMs) < leastMs) {
    refuse('limits.deadAfterMs', 'must be three times beatMs and twice statementTimeoutMs at least')
  }
  return [...faults, ...certificateFaults('store.postgres.tls', tls)]
}

/** PINs in the memory of a process are the bank's to answer for. */
function hsmFaults(hsm: unknown, isProduction: boolean): ConfigFault[] {
  if (!isProduction || !isJsonObject(hsm) || hsm['accepted'] !== undefined) return []
  const reason = 'production refuses the software HSM unless the bank signs for it: by whom and on'
  return [{ path: 'hsm.accepted', reason: `${reason} which day` }]
}

function isOfThisMachine(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127\./.test(host)
}

function certificateFaults(path: string, tls: unknown): ConfigFault[] {
  const files = isJsonObject(tls) ? tls : {}
  const isWhole = Boolean(files['certificateFile']) === Boolean(files['keyFile'])
  return isWhole ? [] : [{ path, reason: 'needs certificateFile and keyFile, or neither' }]
}

function resolveAt(
  node: unknown,
  path: readonly string[],
  absolute: (value: string) => string,
): void {
  const [member, ...rest] = path
  if (member === undefined || typeof node !== 'object' || node === null) return
  const draft = node as Draft
  const value = draft[member]
  if (rest.length > 0) resolveAt(value, rest, absolute)
  else if (typeof value === 'string') draft[member] = absolute(value)
}

function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const child of Object.values(value)) freezeDeep(child)
  }
  return value
}
