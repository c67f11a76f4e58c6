import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { obey } from './rig/child.ts'
import { HEADER_BYTES, writeAnswer } from './rig/echo-answer.ts'
import { createCutter, HOST_HEADER } from './rig/frames.ts'
import { usage } from './rig/meter.ts'

/** The host of every bench, a process of its own: both the gateway and its reference talk to it. */
const server = createServer({ noDelay: true }, answerAll)

async function listen(): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** All answers to what one read brought leave in one write. */
function answerAll(socket: Socket): void {
  let answers = Buffer.alloc(0)
  let filled = 0
  const cut = createCutter(HOST_HEADER, (bytes, at, end) => {
    filled = writeAnswer(bytes.subarray(at + HEADER_BYTES, end), answers, filled)
  })
  socket.on('data', (chunk: Buffer) => {
    // The chunk before may have left a part of a frame.
    answers = Buffer.allocUnsafe(2 * (chunk.length + FRAME_BYTES_MAX))
    filled = 0
    cut(chunk)
    if (filled > 0) socket.write(answers.subarray(0, filled))
  })
  socket.on('error', () => socket.destroy())
}

/** interface.md section 1. */
const FRAME_BYTES_MAX = 4_096

const orders = { listen, usage }
export type EchoHostOrders = typeof orders

obey(orders)
