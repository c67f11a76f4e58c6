/**
 * Messages between the main thread and a worker: many in one ArrayBuffer, which is handed over, not
 * copied.
 *
 * A batch is the time (a double: the worker has no clock of its own) and then, for each message,
 * its kind (1 byte), number (4), ticket (4), length of a name (2), length of a body (4), name and
 * body. Little-endian.
 */
export interface BatchMessage {
  readonly kind: number
  /** Tells which answer belongs to which request. */
  readonly number: number
  /** Names a pinned reply; 0 where there is none. */
  readonly ticket: number
  /** ASCII. */
  readonly name: string
  /** Bytes, or text that is written as UTF-8. */
  readonly body: Uint8Array | string
}

/** What is asked of a worker. */
export const ASK = Object.freeze({ open: 1, seal: 2, discard: 3 })

/** What a worker says of it. */
export const TOLD = Object.freeze({
  unreadable: 1,
  opened: 2,
  malformed: 3,
  busy: 4,
  sealed: 5,
  replyGone: 6,
})

/** Lay out a batch in memory of its own, which may be transferred. */
export function packBatch(nowMs: number, messages: readonly BatchMessage[]): Buffer<ArrayBuffer> {
  let size = CLOCK_BYTES
  for (const { name, body } of messages) size += HEAD_BYTES + name.length + bytesOf(body)
  const batch = Buffer.allocUnsafeSlow(size)
  let at = batch.writeDoubleLE(nowMs, 0)
  for (const message of messages) at = writeMessage(batch, at, message)
  return batch
}

/** Call `take` for each message; `body` is a view into the batch. @returns the batch's time */
export function readBatch(memory: ArrayBuffer, take: (message: ReceivedMessage) => void): number {
  const batch = Buffer.from(memory)
  const nowMs = batch.readDoubleLE(0)
  let at = CLOCK_BYTES
  while (at < batch.length) {
    const nameAt = at + HEAD_BYTES
    const bodyAt = nameAt + batch.readUInt16LE(at + 9)
    const end = bodyAt + batch.readUInt32LE(at + 11)
    take({
      nowMs,
      kind: batch.readUInt8(at),
      number: batch.readUInt32LE(at + 1),
      ticket: batch.readUInt32LE(at + 5),
      name: nameAt === bodyAt ? '' : batch.toString('latin1', nameAt, bodyAt),
      body: batch.subarray(bodyAt, end),
    })
    at = end
  }
  return nowMs
}

export interface ReceivedMessage extends Omit<BatchMessage, 'body'> {
  readonly nowMs: number
  readonly body: Buffer
}

const CLOCK_BYTES = 8
const HEAD_BYTES = 15

function bytesOf(body: Uint8Array | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}

function writeMessage(batch: Buffer, at: number, message: BatchMessage): number {
  const { kind, number, ticket, name, body } = message
  const nameAt = at + HEAD_BYTES
  const bodyAt = nameAt + name.length
  batch.writeUInt8(kind, at)
  batch.writeUInt32LE(number, at + 1)
  batch.writeUInt32LE(ticket, at + 5)
  batch.writeUInt16LE(name.length, at + 9)
  if (name !== '') batch.write(name, nameAt, 'latin1')
  const written = typeof body === 'string' ? batch.write(body, bodyAt) : body.length
  if (typeof body !== 'string') batch.set(body, bodyAt)
  batch.writeUInt32LE(written, at + 11)
  return bodyAt + written
}
