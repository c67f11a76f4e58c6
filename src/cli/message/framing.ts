import { DecodeError, type Dialect, FrameError, type FrameHeader, type Message } from '#iso8583'
import { bytesOfHex, faultOf, type MessageFault, NOT_HEX } from './json.ts'

/** How messages stand in what an operator gives. */
export interface Framing {
  readonly dialect: Dialect
  /** Of the dialect's host, where it is known. */
  readonly header: FrameHeader | undefined
  /** Whether each message is in its frame; if not, one whose frame fits is still recognised. */
  readonly isFramed: boolean
}

/** What was read, and the bytes that it was read from, without their frame. */
export interface ReadMessage {
  readonly message: Message
  readonly bytes: number
  /** 0 where there was no frame. */
  readonly headerBytes: number
}

/** Text that is not a message. */
export interface Unread extends MessageFault {
  /** Undefined for what is not hex. */
  readonly stop?: Stop
}

/** Where reading stopped; `bytes` are those from which the fault counts its offset. */
interface Stop {
  readonly fault: DecodeError | FrameError
  readonly bytes: Uint8Array
}

/** The message that hex holds. */
export function readHex(hex: string, framing: Framing): ReadMessage | Unread {
  const bytes = bytesOfHex(hex)
  if (bytes === undefined) return NOT_HEX
  const read = readBytes(bytes, framing)
  return 'message' in read ? read : { ...faultOf(read.fault), stop: read }
}

/** A header that counts exactly what follows it is one, when without it there is no message. */
function readBytes(bytes: Uint8Array, framing: Framing): ReadMessage | Stop {
  const { dialect, header, isFramed } = framing
  const headerBytes = header?.bytes ?? 0
  if (isFramed && header !== undefined) {
    const fault = frameFault(bytes, header)
    if (fault !== undefined) return { fault, bytes }
    return unpacked(dialect, bytes, headerBytes)
  }
  const bare = unpacked(dialect, bytes, 0)
  const isElse = 'message' in bare || header === undefined || frameFault(bytes, header)
  return isElse ? bare : unpacked(dialect, bytes, headerBytes)
}

function frameFault(bytes: Uint8Array, header: FrameHeader): FrameError | undefined {
  const left = bytes.byteLength - header.bytes
  if (left <= 0) return new FrameError('LENGTH_INVALID')
  try {
    const { messageBytes } = header.read(bytes.subarray(0, header.bytes))
    return messageBytes === left ? undefined : new FrameError('LENGTH_INVALID')
  } catch (error) {
    if (error instanceof FrameError) return error
    throw error
  }
}

function unpacked(dialect: Dialect, frame: Uint8Array, headerBytes: number): ReadMessage | Stop {
  const bytes = frame.subarray(headerBytes)
  try {
    return { message: dialect.unpack(bytes), bytes: bytes.byteLength, headerBytes }
  } catch (error) {
    if (error instanceof DecodeError) return { fault: error, bytes }
    throw error
  }
}
