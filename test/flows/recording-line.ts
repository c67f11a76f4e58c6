import { writeFileSync } from 'node:fs'
import { captureOf, packetOf } from '../oracles/capture.ts'
import { type Direction, openProxy } from '../proxy/proxy.ts'

/**
 * A wire between a gateway and its host that keeps what passes, as a capture that others can read.
 */
export interface RecordingLine {
  /** Where the gateway is to connect. */
  readonly port: number
  /** Whether these characters of a message have passed, in one piece. */
  hasPassed(ascii: string): boolean
  /** Write what has passed so far as a capture file. */
  save(file: string): void
  close(): Promise<void>
}

/** Listen on a free port, and pass every connection on to the host's. */
export async function openRecordingLine(hostPort: number): Promise<RecordingLine> {
  const packets: Buffer[] = []
  const streams = new Map<number, ReturnType<typeof createStream>>()
  const proxy = await openProxy({
    target: hostPort,
    onPassed(connection, direction, bytes) {
      const ports = { gateway: 40_000 + connection, host: hostPort }
      const stream = streams.get(connection) ?? createStream(packets, ports)
      streams.set(connection, stream)
      stream(direction, bytes)
    },
  })
  return {
    port: proxy.port,
    hasPassed: (ascii) => packets.some((packet) => packet.includes(ascii, 0, 'latin1')),
    save: (file) => writeFileSync(file, captureOf(packets)),
    close: proxy.close,
  }
}

/** One TCP connection in the capture: packets of at most one IPv4 packet's content, numbered on. */
function createStream(packets: Buffer[], ports: { gateway: number; host: number }) {
  const next = { toTarget: 1, toClient: 1 }

  return (direction: Direction, bytes: Buffer): void => {
    const other = direction === 'toTarget' ? 'toClient' : 'toTarget'
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES_MAX) {
      const content = bytes.subarray(at, at + SEGMENT_BYTES_MAX)
      const { gateway, host } = ports
      const [from, to] = direction === 'toTarget' ? [gateway, host] : [host, gateway]
      const segment = { from, to, sequence: next[direction], heard: next[other] }
      packets.push(packetOf(segment, content, Date.now()))
      next[direction] += content.length
    }
  }
}

const SEGMENT_BYTES_MAX = 1400
