import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createAnswerOpener, importPublicJwk } from '#envelope'
import { type Speed, speedOf } from './load/figures.ts'
import { type FireOptions, fire, type Target } from './load/fire.ts'
import {
  type OpenAnswer,
  type PourFigures,
  type PourOptions,
  pour,
  pourFigures,
} from './load/pour.ts'
import {
  type Identity,
  type KeyUse,
  type Request,
  type SealedRequest,
  type SealOrder,
  sealRequests,
} from './load/seal.ts'
import { sale, saleId } from './payments.ts'
import { obey } from './rig/child.ts'
import { usage } from './rig/meter.ts'
import { type TabRequestKind, tabRequest } from './tab-requests.ts'

/**
 * The load of every bench, a process of its own: seals with the SDK first, then fires at whom it is
 * told.
 */
const loaded: { identity?: Identity; requests: readonly SealedRequest[] } = { requests: [] }

/**
 * Make sales `from` to `from + count - 1` and seal them on all cores, in place of those sealed
 * before.
 *
 * @returns how long it took, milliseconds
 */
async function load(order: LoadOrder): Promise<number> {
  const sinceMs = performance.now()
  const { identity, keys, from, count, of, perMessage = 1 } = order
  const requests = Array.from({ length: count }, (_, index) =>
    of === undefined ? request(from + index, identity) : tabRequest(of, from + index, perMessage),
  )
  const threads = Math.min(availableParallelism(), Math.ceil(count / THREAD_WORTH_MESSAGES))
  const share = Math.ceil(count / threads)
  const sealed = await Promise.all(
    Array.from({ length: threads }, (_, index) =>
      sealInThread({
        identity,
        keys,
        requests: requests.slice(index * share, (index + 1) * share),
      }),
    ),
  )
  loaded.identity = identity
  loaded.requests = sealed.flat()
  return performance.now() - sinceMs
}

interface LoadOrder {
  readonly identity: Identity
  readonly keys: KeyUse
  readonly from: number
  readonly count: number
  /** What to make instead of sales. */
  readonly of?: TabRequestKind
  readonly perMessage?: number
}

function request(number: number, { merchant }: Identity): Request {
  return { number, id: saleId(number), json: sale(number, Date.now(), merchant) }
}

/** Starting a thread takes about as long as sealing so many. */
const THREAD_WORTH_MESSAGES = 500

async function sealInThread(workerData: SealOrder): Promise<SealedRequest[]> {
  const worker = new Worker(new URL('load/sealing-thread.ts', import.meta.url), { workerData })
  const [sealed] = await once(worker, 'message')
  return sealed
}

/**
 * Send one sale until it is approved: whatever was still starting is ready then.
 *
 * @param probe tells the sale from those of other calls to the same gateway
 */
async function awaitReady({ probe = 0, ...target }: Target & { probe?: number }): Promise<void> {
  const { identity } = loaded
  if (identity === undefined) throw new Error('nothing is loaded')
  const requests = sealRequests({
    identity,
    keys: 'fresh',
    requests: [request(PROBE + probe, identity)],
  })
  const deadlineMs = performance.now() + READY_MS_MAX
  for (;;) {
    try {
      const volley = await fire(requests, { ...target, connections: 1, inFlight: 1 })
      return verify(identity, requests, volley.answers)
    } catch (thrown) {
      if (performance.now() > deadlineMs) throw thrown
    }
    await delay(POLL_MS)
  }
}

/** Sales that no bench reaches. */
const PROBE = 999_000_000
const READY_MS_MAX = 30_000
const POLL_MS = 10

/** Send all that is loaded; then look at the answers, when the clock has stopped. */
async function fireAll(options: FireOptions): Promise<Speed> {
  const { identity, requests } = loaded
  if (identity === undefined) throw new Error('nothing is loaded')
  const volley = await fire(requests, options)
  const isSample = (_: unknown, index: number) => index % SAMPLE_EVERY === 0
  verify(identity, requests.filter(isSample), volley.answers.filter(isSample))
  if (volley.answers.some((answer) => answer[0] === OPEN_BRACE)) {
    throw new Error('a request was refused in plain JSON')
  }
  return speedOf(volley)
}

const SAMPLE_EVERY = 16
const OPEN_BRACE = 0x7b

/** Open each answer as the SDK does: it is the gateway's, to this request, and says approved. */
function verify(
  identity: Identity,
  requests: readonly SealedRequest[],
  answers: readonly Uint8Array[],
): void {
  const open = answersOf(identity, requests)
  for (const [place, { number }] of requests.entries()) {
    const answer = open(place, answers[place] ?? new Uint8Array(0))
    if (answer['outcome'] !== 'approved' && !isTabTaken(answer)) {
      throw new Error(`request ${number} was answered ${JSON.stringify(answer)}`)
    }
  }
}

/** Of a tab: it stands as was wished, or took every charge. */
function isTabTaken({ type, refused }: Readonly<Record<string, unknown>>): boolean {
  return String(type).startsWith('tab.') && refused === undefined
}

/** Reads the sealed answer to the request at a place in the list. */
function answersOf(identity: Identity, requests: readonly SealedRequest[]): OpenAnswer {
  const opener = createAnswerOpener({
    gatewayKeys: [importPublicJwk(identity.gatewaySigningJwk, 'sig')],
    merchantKid: identity.merchantKid,
  })
  return (place, answer) => {
    const request = requests[place]
    if (request === undefined) throw new Error(`there is no request ${place}`)
    const read = JSON.parse(opener.open(answer, request.contentKey))
    if (read.id !== request.id) throw new Error(`request ${request.number} got another's answer`)
    return read
  }
}

/** Send what is loaded as it falls due, whatever becomes of it; then look at every answer. */
async function pourAll(options: PourOptions): Promise<PourFigures> {
  const { identity, requests } = loaded
  if (identity === undefined) throw new Error('nothing is loaded')
  const pouring = await pour(requests, options)
  return pourFigures(pouring, { seconds: options.seconds, open: answersOf(identity, requests) })
}

/**
 * Post all tabs that are loaded.
 *
 * @returns messages that the host is asked for each thousand of their charges
 */
async function postAll(options: FireOptions): Promise<number> {
  const { identity, requests } = loaded
  if (identity === undefined) throw new Error('nothing is loaded')
  const { answers } = await fire(requests, options)
  const open = answersOf(identity, requests)
  const told = answers.map((answer, place) => open(place, answer))
  const sum = (member: string) => told.reduce((all, it) => all + Number(it[member]), 0)
  return (sum('hostMessages') * 1_000) / sum('charges')
}

const orders = { load, awaitReady, fireAll, postAll, pourAll, usage }
export type LoadGeneratorOrders = typeof orders

obey(orders)
