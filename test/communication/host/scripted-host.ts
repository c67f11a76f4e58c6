import { connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { createFramer, type FrameHeader, type Message } from '#iso8583'
import { until } from '../until.ts'
import { answerTo, dialect, profile } from './meridian.ts'

/** The host's end of one connection: does what the test says, and signs on whoever asks. */
export interface HostEnd {
  readonly socket: Socket
  /** Everything heard, network messages too. */
  readonly heard: readonly Message[]
  /** What was heard of this type, once there are `count`. */
  hear(mti: string, count?: number): Promise<readonly Message[]>
  send(message: Message): void
  sendBytes(bytes: Uint8Array): void
  /** In its frame, byte by byte. */
  sendSlowly(message: Message): void
}

export interface Script {
  /** What it says to a message; by default 00 to network messages and nothing to others. */
  readonly answer?: (message: Message) => Message | undefined
  readonly header?: FrameHeader
}

interface ScriptedHost {
  readonly port: number
  readonly ends: readonly HostEnd[]
  /** The `count`th connection, once it is there. */
  end(count?: number): Promise<HostEnd>
  close(): void
}

export async function startScriptedHost(script: Script = {}, tls?: TlsOptions) {
  const ends: HostEnd[] = []
  const welcome = (socket: Socket) => {
    ends.push(hostEnd(socket, script))
  }
  const server: Server = tls ? createTlsServer(tls, welcome) : createServer(welcome)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host: ScriptedHost = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    ends,
    async end(count = 1) {
      await until(() => ends.length >= count, `${count} connections to the host`)
      const found = ends[count - 1]
      if (found === undefined) throw new Error('no such connection')
      return found
    },
    close() {
      server.close()
      for (const { socket } of ends) socket.destroy()
    },
  }
  return host
}

/** A host that dials the gateway. */
export function dialGateway(port: number, script: Script = {}, tls?: object): HostEnd {
  const address = { host: '127.0.0.1', port }
  return hostEnd(tls ? connectTls({ ...address, ...tls }) : connect(address), script)
}

function hostEnd(socket: Socket, script: Script): HostEnd {
  const { answer = signOnly, header = profile.header } = script
  const framer = createFramer(header, { frameBytesMax: 4096 })
  const heard: Message[] = []
  const send = (message: Message) => socket.write(header.wrap(dialect.pack(message)))

  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    for (const bytes of framer.push(chunk)) {
      const message = dialect.unpack(bytes)
      heard.push(message)
      const answered = answer(message)
      if (answered) send(answered)
    }
  })
  return {
    socket,
    heard,
    send,
    async hear(mti, count = 1) {
      const found = () => heard.filter((it) => it.mti === mti)
      await until(() => found().length >= count, `${count} of ${mti} heard`)
      return found()
    },
    sendBytes: (bytes) => socket.write(bytes),
    sendSlowly(message) {
      socket.setNoDelay(true)
      for (const byte of header.wrap(dialect.pack(message))) socket.write(Buffer.of(byte))
    },
  }
}

function signOnly(message: Message): Message | undefined {
  return message.mti === '0800' ? answerTo(message) : undefined
}
