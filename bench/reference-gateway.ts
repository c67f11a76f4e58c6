import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { maskPan } from '#domain'
import {
  createReferenceEnvelope,
  type OpenedRequest,
  type ReferenceEnvelopeKeys,
} from './reference/envelope.ts'
import { type Approval, readApproval } from './reference/host-message.ts'
import { openReferenceJournal } from './reference/journal.ts'
import { createRecorder, type SaleRequest } from './reference/record.ts'
import { obey } from './rig/child.ts'
import { createCutter, HOST_HEADER, MERCHANT_HEADER } from './rig/frames.ts'
import { usage } from './rig/meter.ts'

/** What the reference works with. */
export interface ReferenceSetup {
  readonly keys: ReferenceEnvelopeKeys
  readonly tls: { readonly cert: string; readonly key: string }
  readonly journalFile: string
  readonly hostPort: number
}

/**
 * The bare reference: the work that the protocol itself demands, in one thread and one process, as
 * well written as we can (specs/decisions/0006-what-the-bench-measures.md).
 *
 * It decrypts, verifies, parses, seals the PAN, commits, asks the host, commits, signs and
 * encrypts. It judges nothing, limits nothing and trusts everybody: it is a yardstick, not a
 * gateway.
 *
 * @returns the port that merchants connect to
 */
async function open(setup: ReferenceSetup): Promise<number> {
  const envelope = createReferenceEnvelope(setup.keys)
  const journal = openReferenceJournal(setup.journalFile)
  const record = createRecorder()
  const underWay = new Map<string, UnderWay>()
  const host = await signedOnHost(setup.hostPort, (text) => {
    const approval = readApproval(text)
    const payment = underWay.get(approval.stan)
    if (payment === undefined) throw new Error('an answer to no question')
    underWay.delete(approval.stan)
    const { responseCode, approvalCode, networkReference } = approval
    const outcome = {
      seq: payment.seq,
      atMs: Date.now(),
      responseCode,
      approvalCode,
      checks: '{"cvv2":"match"}',
      details: `{"settlementDate":"${approval.settlementDate}"}`,
      carried: `{"38":"${approvalCode}","63":"${networkReference}"}`,
    }
    journal.conclude(outcome, () => answer(payment, approval))
  })

  function receive(line: MerchantLine, token: Buffer, correlation: number): void {
    const opened = envelope.open(token)
    const request: SaleRequest = JSON.parse(opened.json)
    const { stan, rrn, message, intent } = record(request, opened.json)
    journal.begin(intent, (seq) => {
      underWay.set(stan, { line, correlation, opened, request, rrn, seq })
      host.send(message)
    })
  }

  function answer(payment: UnderWay, approval: Approval): void {
    const { opened, line, correlation } = payment
    line.send(correlation, envelope.seal(opened, answerText(payment, approval)))
  }

  const server = createServer({ ...setup.tls, noDelay: true }, (socket) => serve(socket, receive))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** What is kept in memory between the two commits. */
interface UnderWay {
  readonly line: MerchantLine
  readonly correlation: number
  readonly opened: OpenedRequest
  readonly request: SaleRequest
  readonly rrn: string
  readonly seq: number
}

/** The answer as the gateway words it. */
function answerText({ request, rrn }: UnderWay, approval: Approval): string {
  const { value, currency } = request.amount
  const { pan } = request.card
  const amount = `{"value":"${value}","currency":"${currency}"}`
  return (
    `{"type":"payment.answer","id":"${request.id}","merchant":"${request.merchant}",` +
    `"operation":"payment.sale","outcome":"approved","amount":${amount},` +
    `"approvedAmount":${amount},"responseCode":"${approval.responseCode}",` +
    `"approvalCode":"${approval.approvalCode}","rrn":"${rrn}","stan":"${approval.stan}",` +
    `"card":"${maskPan(pan)}","checks":{"cvv2":"match"},` +
    `"settlementDate":"${approval.settlementDate}","time":"${new Date().toISOString()}"}`
  )
}

interface MerchantLine {
  send(correlation: number, token: string): void
}

/** Frames in, frames out; all answers of a turn leave in one write. */
function serve(
  socket: TLSSocket,
  receive: (line: MerchantLine, token: Buffer, correlation: number) => void,
): void {
  const line: MerchantLine = {
    send(correlation, token) {
      const frame = Buffer.allocUnsafe(MERCHANT_HEADER.bytes + token.length)
      frame.writeUInt32BE(4 + token.length, 0)
      frame.writeUInt32BE(correlation, 4)
      frame.write(token, MERCHANT_HEADER.bytes, 'latin1')
      if (socket.writableCorked === 0) {
        socket.cork()
        process.nextTick(() => socket.uncork())
      }
      socket.write(frame)
    },
  }
  const cut = createCutter(MERCHANT_HEADER, (bytes, at, end) => {
    receive(line, bytes.subarray(at + MERCHANT_HEADER.bytes, end), bytes.readUInt32BE(at + 4))
  })
  socket.on('data', cut)
  socket.on('error', () => socket.destroy())
}

interface HostLine {
  send(message: string): void
}

/**
 * Connect, sign on, then give every payment answer to `hear`; all messages of a turn leave in one
 * write.
 */
async function signedOnHost(port: number, hear: (text: string) => void): Promise<HostLine> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const line = hostLine(socket)
  const signedOn = Promise.withResolvers<void>()
  const cut = createCutter(HOST_HEADER, (bytes, at, end) => {
    const text = bytes.toString('latin1', at + HOST_HEADER.bytes, end)
    if (text[1] === '8') signedOn.resolve()
    else hear(text)
  })
  socket.on('data', cut)
  line.send(`0800822000000000000004000000000000001122095958000000001`)
  await signedOn.promise
  return line
}

function hostLine(socket: Socket): HostLine {
  let turn: string[] = []
  let bytes = 0

  function flush(): void {
    const frames = Buffer.allocUnsafe(bytes)
    let at = 0
    for (const message of turn) {
      at = frames.writeUInt16BE(message.length, at)
      at += frames.write(message, at, 'latin1')
    }
    turn = []
    bytes = 0
    socket.write(frames)
  }

  return {
    send(message) {
      if (turn.push(message) === 1) process.nextTick(flush)
      bytes += HOST_HEADER.bytes + message.length
    },
  }
}

const orders = { open, usage }
export type ReferenceOrders = typeof orders

obey(orders)
