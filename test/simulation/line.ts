import type { Connection, LinkProfile } from '#communication'
import type { Session } from '#host-emulator'
import { createFramer } from '#iso8583'
import type { Life } from './life.ts'
import type { World } from './world.ts'

/** The host's end of a connection, and the gateway's. */
export interface Line {
  readonly session: Session
  isOpen(): boolean
  /** What the gateway dialled. */
  readonly connection: Connection
  /** From the host; `tpdu` addresses it. */
  send(message: Uint8Array, tpdu: Uint8Array): void
  /** The first bytes of a message, and then nothing ever again. */
  sendCut(message: Uint8Array, tpdu: Uint8Array): void
  cut(): void
  /** The gateway's end takes no more bytes for a while. */
  block(forMs: number): void
}

export interface LineParts {
  readonly world: World
  readonly life: Life
  readonly link: Pick<LinkProfile, 'header' | 'frameBytesMax'>
  readonly host: Dialled
}

/** Whoever is at the other end. */
interface Dialled {
  isUp(): boolean
  adopt(line: Line): void
  hear(line: Line, message: Uint8Array, tpdu: Uint8Array): void
}

/** A connection as the gateway dials it: bytes go both ways in their order, until it is cut. */
export function dialLine({ world, life, link, host }: LineParts): Line {
  const { chance, time } = world
  const heard = createListeners(life)
  const framer = createFramer(link.header, { frameBytesMax: link.frameBytesMax })
  let state: 'dialled' | 'open' | 'gone' = 'dialled'
  let arrivesMs = 0

  /** Bytes never overtake one another. */
  function deliver(bytes: Uint8Array): void {
    const inMs = arrivesMs - time.elapsedMs()
    if (inMs > 0) time.after(inMs, () => arrive(bytes))
    else arrive(bytes)
  }

  function arrive(bytes: Uint8Array): void {
    if (state === 'open') heard.tell('data', Buffer.from(bytes))
  }

  function send(message: Uint8Array, tpdu: Uint8Array): void {
    if (state !== 'open') return
    const bytes = link.header.wrap(message, tpdu)
    const isSliced = world.goesWrong('sliced')
    const middle = isSliced ? 1 + chance.below(bytes.byteLength - 1) : bytes.byteLength
    deliver(bytes.subarray(0, middle))
    if (!isSliced) return
    arrivesMs = Math.max(arrivesMs, time.elapsedMs()) + 1 + chance.below(30)
    deliver(bytes.subarray(middle))
  }

  function end(): void {
    if (state === 'gone') return
    state = 'gone'
    connection.destroyed = true
    time.after(0, () => heard.tell('close'))
  }

  function cutSoon(): void {
    time.after(Math.max(0, arrivesMs - time.elapsedMs()) + 1, end)
  }

  const connection = {
    destroyed: false,
    writableNeedDrain: false,
    on: heard.on,
    once: heard.on,
    write(bytes: Uint8Array) {
      if (state !== 'open') return
      const messages = framer.push(bytes)
      const { tpdus } = framer
      for (const [index, message] of messages.entries()) {
        host.hear(line, message, tpdus[index] ?? new Uint8Array(0))
      }
    },
    end,
    destroy: end,
    pause() {},
    resume() {},
    isPaused: () => false,
    setNoDelay() {},
    setKeepAlive() {},
  }

  const line: Line = {
    session: { signedOn: false },
    isOpen: () => state === 'open',
    send,
    sendCut(message, tpdu) {
      if (state !== 'open') return
      const bytes = link.header.wrap(message, tpdu)
      deliver(bytes.subarray(0, 1 + chance.below(bytes.byteLength - 1)))
      cutSoon()
    },
    cut: end,
    block(forMs) {
      connection.writableNeedDrain = true
      time.after(forMs, () => {
        connection.writableNeedDrain = false
        if (state === 'open') heard.tell('drain')
      })
    },
    connection,
  }

  time.after(1 + chance.below(10), () => {
    if (state !== 'dialled' || !life.isAlive()) return
    if (!host.isUp()) return end()
    state = 'open'
    host.adopt(line)
    heard.tell('connect')
  })
  return line
}

type Hear = (chunk: Buffer) => void

/** Who listens to a connection. Nobody does any more once the gateway is gone. */
function createListeners(life: Life) {
  const listeners = new Map<string, Hear[]>()
  return {
    on(event: string, hear: Hear) {
      const others = listeners.get(event)
      if (others === undefined) listeners.set(event, [hear])
      else others.push(hear)
    },
    tell(event: string, chunk: Buffer = NO_BYTES): void {
      if (!life.isAlive()) return
      for (const hear of listeners.get(event) ?? []) hear(chunk)
    },
  }
}

const NO_BYTES = Buffer.alloc(0)
