import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { captureOf, packetOf } from '../oracles/capture.ts'

/**
 * A wire between a gateway and its host that keeps what passes, as a capture that others can read.
 */
export interface RecordingLine {
  /** Where the gateway is to connect. */
  readonly port: number
  /** Write what has passed so far as a capture file. */
  save(file: string): void
  close(): void
}

/** Listen on a free port, and pass every connection on to the host's. */
export async function openRecordingLine(hostPort: number): Promise<RecordingLine> {
  const packets: Buffer[] = []
  const sockets = new Set<Socket>()
  let callers = 0

  const server = createServer((gateway) => {
    const host = connect(hostPort, '127.0.0.1')
    const record = createStream(packets, { gateway: 40_000 + ++callers, host: hostPort })
    for (const [from, to, direction] of [
      [gateway, host, 'toHost'],
      [host, gateway, 'toGateway'],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => {
        record(direction, chunk)
        to.write(chunk)
      })
      from.on('error', () => from.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    save: (file) => writeFileSync(file, captureOf(packets)),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

type Direction = 'toHost' | 'toGateway'

/** One TCP connection in the capture: packets of at most one IPv4 packet's content, numbered on. */
function createStream(packets: Buffer[], ports: { gateway: number; host: number }) {
  const next = { toHost: 1, toGateway: 1 }

  return (direction: Direction, bytes: Buffer): void => {
    const other = direction === 'toHost' ? 'toGateway' : 'toHost'
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES_MAX) {
      const content = bytes.subarray(at, at + SEGMENT_BYTES_MAX)
      const { gateway, host } = ports
      const [from, to] = direction === 'toHost' ? [gateway, host] : [host, gateway]
      const segment = { from, to, sequence: next[direction], heard: next[other] }
      packets.push(packetOf(segment, content, Date.now()))
      next[direction] += content.length
    }
  }
}

const SEGMENT_BYTES_MAX = 1400
