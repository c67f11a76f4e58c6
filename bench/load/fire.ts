import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { createCutter, MERCHANT_HEADER } from '../rig/frames.ts'
import type { SealedRequest } from './seal.ts'

export interface Target {
  readonly port: number
  /** PEM of the authority that signed the listener's certificate. */
  readonly ca: string
}

export interface FireOptions extends Target {
  readonly connections: number
  /** Over all connections; each answer that comes makes room for the next request. */
  readonly inFlight: number
}

/** What came of sending every request once, closed-loop. */
export interface Volley {
  /** By place in the list of requests; views into what was read. */
  readonly answers: readonly Uint8Array[]
  /** By place in the list: from the write of the request to the read of its answer. */
  readonly latenciesMs: Float64Array
  /** By place in the order of arrival: when it came, by one clock. */
  readonly arrivedMs: Float64Array
}

/** @throws Error when a connection ends before every request has its answer */
export async function fire(
  requests: readonly SealedRequest[],
  options: FireOptions,
): Promise<Volley> {
  const lines = await Promise.all(
    Array.from({ length: options.connections }, () => connectTo(options)),
  )
  try {
    return await exchange(requests, lines, Math.ceil(options.inFlight / options.connections))
  } finally {
    for (const line of lines) line.destroy()
  }
}

export async function connectTo({ port, ca }: Target): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca })
  socket.setNoDelay(true)
  await once(socket, 'secureConnect')
  return socket
}

function exchange(
  requests: readonly SealedRequest[],
  lines: readonly TLSSocket[],
  inFlightEach: number,
): Promise<Volley> {
  const { promise, resolve, reject } = Promise.withResolvers<Volley>()
  const first = requests[0]?.number ?? 0
  const answers: Uint8Array[] = new Array(requests.length)
  const latenciesMs = new Float64Array(requests.length)
  const arrivedMs = new Float64Array(requests.length)
  const sentMs = new Float64Array(requests.length)
  let next = 0
  let arrived = 0

  /** What follows one read leaves in one write. */
  function send(line: TLSSocket, count: number): void {
    line.cork()
    for (let sent = 0; sent < count && next < requests.length; sent++) {
      const request = requests[next]
      if (request === undefined) break
      sentMs[next++] = performance.now()
      line.write(request.frame)
    }
    line.uncork()
  }

  function take(bytes: Buffer, at: number, end: number): void {
    const place = bytes.readUInt32BE(at + 4) - first
    if (answers[place] !== undefined) throw new Error(`request ${place} was answered twice`)
    const nowMs = performance.now()
    answers[place] = bytes.subarray(at + MERCHANT_HEADER.bytes, end)
    latenciesMs[place] = nowMs - (sentMs[place] ?? 0)
    arrivedMs[arrived++] = nowMs
  }

  for (const line of lines) {
    const cut = createCutter(MERCHANT_HEADER, take)
    line.on('data', (chunk: Buffer) => {
      const before = arrived
      cut(chunk)
      if (arrived === requests.length) resolve({ answers, latenciesMs, arrivedMs })
      else send(line, arrived - before)
    })
    line.on('error', reject)
    line.on('close', () => reject(new Error(`the gateway hung up after ${arrived} answers`)))
    send(line, inFlightEach)
  }
  return promise
}
