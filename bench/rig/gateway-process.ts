import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Child, startChild } from './child.ts'
import type { MeterOrders } from './meter.ts'

/**
 * Start the real gateway, `sallyport start`, as its operator would; all the bench adds is a meter,
 * and what is preloaded to see what a part of it costs.
 */
export function startGateway(
  configFile: string,
  preloaded: readonly string[] = [],
): Child<MeterOrders> {
  return startChild(MAIN, {
    args: ['start', '--config', configFile],
    execArgv: [...flagsOf(MAIN), ...imports([METERED, ...preloaded])],
  })
}

/** What makes Node load these files before a program, in each of its threads. */
export function imports(urls: readonly string[]): string[] {
  return urls.flatMap((url) => ['--import', url])
}

/** What the program asks of Node in its first line. */
function flagsOf(program: string): string[] {
  const [first = ''] = readFileSync(program, 'utf8').split('\n')
  return first.split(' ').filter((word) => word.startsWith('--'))
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const METERED = new URL('metered.ts', import.meta.url).href

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
