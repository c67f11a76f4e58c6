import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a PostgreSQL server that fails when it is told to. */
export interface FailingLine {
  readonly port: number
  /**
   * Fail at the next COMMIT: `before` the server has it, or `after` it has done it and before its
   * client hears.
   */
  failAtCommit(when: 'before' | 'after'): void
  /** Whether new connections are taken; those that are open stay. */
  accept(does: boolean): void
  /** Carry nothing any more, either way, and let nobody know. */
  stall(): void
  close(): void
}

export async function openFailingLine(serverPort: number): Promise<FailingLine> {
  let failing: 'before' | 'after' | undefined
  let isAccepting = true
  let isStalled = false
  const sockets = new Set<Socket>()

  const proxy = createServer((client) => {
    if (!isAccepting) return client.destroy()
    const server = connect(serverPort, '127.0.0.1')
    let endsWithReply = false
    const end = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      if (isStalled) return
      const when = chunk.includes('COMMIT\0') ? failing : undefined
      if (when !== undefined) failing = undefined
      if (when === 'before') return end()
      endsWithReply ||= when === 'after'
      server.write(chunk)
    })
    server.on('data', (chunk) => {
      if (isStalled) return
      // Answers to what went along with the commit come before its own.
      if (!endsWithReply) client.write(chunk)
      else if (chunk.includes('COMMIT\0')) end()
    })
    return undefined
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    failAtCommit(when) {
      failing = when
    },
    accept(does) {
      isAccepting = does
    },
    stall() {
      isStalled = true
    },
    close() {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
