import { createCutter, MERCHANT_HEADER } from '../rig/frames.ts'
import { quantile } from './figures.ts'
import { connectTo, type Target } from './fire.ts'
import type { SealedRequest } from './seal.ts'

export interface PourOptions extends Target {
  readonly connections: number
  /** Arrivals, whatever becomes of those before. */
  readonly ratePerS: number
  readonly seconds: number
}

/** What came of a load that waits for nobody. */
export interface Pouring {
  /** By place in the list of requests: the sealed answer, where there is one. */
  readonly answers: readonly (Uint8Array | undefined)[]
  /** By place in the list: from when it was due to the read of that answer. */
  readonly latenciesMs: Float64Array
  /** Of each plain refusal, from when its request was due. */
  readonly refusedMs: readonly number[]
  /** What each plain refusal said of coming back; nothing where it said nothing. */
  readonly retryAfterMs: readonly (number | undefined)[]
  readonly sent: number
  /** Requests that were due and not sent: the gateway took no more, or all were under way. */
  readonly heldBack: number
  /** Plain refusals that overtook one of the same connection. */
  readonly outOfOrder: number
  /** Requests without any answer, two seconds after the last was sent. */
  readonly unanswered: number
  /** How late each turn of the sender itself was: its answers are read as late. */
  readonly ownDelaysMs: readonly number[]
}

/**
 * Send requests open-loop: each is due by the clock alone. One that was refused is used again, for
 * a refusal leaves its id free; one that was answered is not.
 *
 * @throws Error when a connection ends
 */
export async function pour(
  requests: readonly SealedRequest[],
  options: PourOptions,
): Promise<Pouring> {
  const sockets = await Promise.all(
    Array.from({ length: options.connections }, () => connectTo(options)),
  )
  const course = createCourse(requests)
  const lost = Promise.withResolvers<never>()
  // Whoever has what it waits for need not hear of it.
  lost.promise.catch(() => {})
  const lines = sockets.map((socket) => {
    const line = { socket, lastRefused: 0 }
    const cut = createCutter(MERCHANT_HEADER, (bytes, at, end) => course.take(line, bytes, at, end))
    socket.on('data', cut)
    socket.on('error', lost.reject)
    socket.on('close', () => lost.reject(new Error('the gateway hung up')))
    return line
  })
  try {
    const ownDelaysMs: number[] = []
    await Promise.race([sendAll(course, lines, { ...options, ownDelaysMs }), lost.promise])
    return { ...course.result(), ownDelaysMs }
  } finally {
    for (const { socket } of lines) socket.destroy()
  }
}

interface Line {
  readonly socket: Awaited<ReturnType<typeof connectTo>>
  /** The place in the order of sending of the request that was refused last. */
  lastRefused: number
}

async function sendAll(
  course: Course,
  lines: readonly Line[],
  { ratePerS, seconds, ownDelaysMs }: PourOptions & { readonly ownDelaysMs: number[] },
): Promise<void> {
  const beganMs = performance.now()
  const total = Math.round(ratePerS * seconds)
  let arrived = 0
  let tickMs = beganMs
  while (arrived < total) {
    await pause(TICK_MS)
    const lastMs = tickMs
    tickMs = performance.now()
    ownDelaysMs.push(tickMs - lastMs - TICK_MS)
    const due = Math.min(total, Math.floor(((tickMs - beganMs) * ratePerS) / 1_000))
    for (const { socket } of lines) socket.cork()
    for (; arrived < due; arrived++) {
      const line = lines[arrived % lines.length]
      if (line) course.send(line, beganMs + (arrived * 1_000) / ratePerS)
    }
    for (const { socket } of lines) socket.uncork()
  }
  const lastMs = performance.now()
  while (course.underWay() > 0 && performance.now() - lastMs < ANSWER_MS_MAX) await pause(TICK_MS)
}

const TICK_MS = 1
const ANSWER_MS_MAX = 2_000
/** A connection with so much unsent is held back by the gateway. */
const UNSENT_BYTES_MAX = 2 ** 20

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

type Course = ReturnType<typeof createCourse>

function createCourse(requests: readonly SealedRequest[]) {
  const first = requests[0]?.number ?? 0
  const answers: (Uint8Array | undefined)[] = new Array(requests.length)
  const latenciesMs = new Float64Array(requests.length)
  const dueMs = new Float64Array(requests.length)
  const order = new Float64Array(requests.length)
  const refusedMs: number[] = []
  const retryAfterMs: (number | undefined)[] = []
  /** Requests that were refused, to be used again: all of them before any that is new. */
  const again: number[] = []
  let next = 0
  let sent = 0
  let ended = 0
  let heldBack = 0
  let outOfOrder = 0

  function refuse(line: Line, place: number, text: string): void {
    const said: unknown = JSON.parse(text).retryAfterMs
    retryAfterMs.push(typeof said === 'number' ? said : undefined)
    refusedMs.push(performance.now() - (dueMs[place] ?? 0))
    const sentAs = order[place] ?? 0
    if (sentAs < line.lastRefused) outOfOrder++
    line.lastRefused = Math.max(line.lastRefused, sentAs)
    again.push(place)
  }

  return {
    underWay: () => sent - ended,
    send({ socket }: Line, atMs: number): void {
      const isBlocked = socket.writableLength > UNSENT_BYTES_MAX
      const place = isBlocked ? undefined : (again.pop() ?? next++)
      const request = place === undefined ? undefined : requests[place]
      if (place === undefined || request === undefined) {
        heldBack++
        return
      }
      dueMs[place] = atMs
      order[place] = ++sent
      socket.write(request.frame)
    },
    take(line: Line, bytes: Buffer, at: number, end: number): void {
      const place = bytes.readUInt32BE(at + 4) - first
      const payload = bytes.subarray(at + MERCHANT_HEADER.bytes, end)
      ended++
      if (payload[0] === OPEN_BRACE) {
        refuse(line, place, payload.toString('latin1'))
        return
      }
      answers[place] = Buffer.from(payload)
      latenciesMs[place] = performance.now() - (dueMs[place] ?? 0)
    },
    result(): Omit<Pouring, 'ownDelaysMs'> {
      const unanswered = sent - ended
      return {
        ...{ answers, latenciesMs, refusedMs, retryAfterMs },
        ...{ sent, heldBack, outOfOrder, unanswered },
      }
    },
  }
}

const OPEN_BRACE = 0x7b

/** In figures, what came of a load that waits for nobody. */
export interface PourFigures {
  readonly sent: number
  readonly heldBack: number
  readonly approved: number
  readonly approvedPerS: number
  readonly approvedP50Ms: number
  readonly approvedP99Ms: number
  readonly approvedMaxMs: number
  /** Refused before anything was looked at, in plain JSON. */
  readonly refusedUnopened: number
  /** Refused as BUSY in a sealed answer. */
  readonly refusedOpened: number
  readonly refusedP50Ms: number
  readonly refusedP99Ms: number
  readonly outOfOrder: number
  /** Refusals that said nothing of coming back. */
  readonly withoutRetryAfter: number
  readonly retryAfterMs: { readonly least: number; readonly median: number; readonly most: number }
  readonly unanswered: number
  /** What the load generator itself adds to a latency. */
  readonly ownDelayP99Ms: number
}

/** Opens the sealed answer to the request at a place in the list. @throws when it is none */
export type OpenAnswer = (place: number, answer: Uint8Array) => Readonly<Record<string, unknown>>

/** @throws Error when an answer is neither an approval nor a refusal for want of room */
export function pourFigures(
  pouring: Pouring,
  { seconds, open }: { readonly seconds: number; readonly open: OpenAnswer },
): PourFigures {
  const retryAfterMs = [...pouring.retryAfterMs]
  const approvedMs: number[] = []
  for (const [place, sealed] of pouring.answers.entries()) {
    if (sealed === undefined) continue
    const answer = open(place, sealed)
    if (answer['outcome'] === 'approved') approvedMs.push(pouring.latenciesMs[place] ?? Number.NaN)
    else retryAfterMs.push(busyOf(answer))
  }
  const said = Float64Array.from(retryAfterMs.filter((it) => it !== undefined)).sort()
  const approved = Float64Array.from(approvedMs).sort()
  const refused = Float64Array.from(pouring.refusedMs).sort()
  return {
    sent: pouring.sent,
    heldBack: pouring.heldBack,
    approved: approved.length,
    approvedPerS: approved.length / seconds,
    approvedP50Ms: quantile(approved, 0.5),
    approvedP99Ms: quantile(approved, 0.99),
    approvedMaxMs: quantile(approved, 1),
    refusedUnopened: refused.length,
    refusedOpened: retryAfterMs.length - refused.length,
    refusedP50Ms: quantile(refused, 0.5),
    refusedP99Ms: quantile(refused, 0.99),
    outOfOrder: pouring.outOfOrder,
    withoutRetryAfter: retryAfterMs.length - said.length,
    retryAfterMs: {
      least: quantile(said, 0),
      median: quantile(said, 0.5),
      most: quantile(said, 1),
    },
    unanswered: pouring.unanswered,
    ownDelayP99Ms: quantile(Float64Array.from(pouring.ownDelaysMs).sort(), 0.99),
  }
}

/** What a sealed refusal says of coming back. */
function busyOf(answer: Readonly<Record<string, unknown>>): number | undefined {
  const { error } = answer
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'BUSY') {
    throw new Error(`a request was answered ${JSON.stringify(answer)}`)
  }
  return 'retryAfterMs' in error ? Number(error.retryAfterMs) : undefined
}
