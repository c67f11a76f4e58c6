import { once } from 'node:events'
import { createServer } from 'node:net'
import { readBook } from '#host-emulator'
import { verifyStore } from '#store'
import {
  type GatewayProcess,
  type HostProcess,
  type LaunchedGateway,
  launchGateway,
  startHost,
} from '../flows/gateway-under-test.ts'
import {
  journalRows,
  journalUnsettled,
  ledgerSettlement,
  type Unsettled,
} from '../flows/journal.ts'
import type { RunOptions } from '../flows/running.ts'
import { type LinkTimes, makeSite, type Site } from '../flows/site.ts'
import type { Evidence } from './agreement.ts'

/**
 * One process, to be killed at any moment and started again where it was. A database server would
 * be one more of them.
 */
export interface Part {
  /** Nothing happens when it runs. */
  start(options?: RunOptions): Promise<void>
  kill(): Promise<void>
}

/** Gateway and host with all that they keep, in processes of their own that come and go. */
export interface Installation {
  readonly site: Site
  readonly gateway: Part
  readonly host: Part
  /** Start whatever is down, and wait until payments can be taken. */
  start(gateway?: RunOptions): Promise<GatewayProcess>
  /** Start the gateway and wait for nothing; it is the one that runs from now on. */
  launch(options: RunOptions): LaunchedGateway
  unsettled(): Unsettled
  /** What journal and host have by now. */
  records(): Omit<Evidence, 'told'>
  /** What the journal's own check finds, while no gateway runs. */
  journalFaults(): readonly string[]
  close(): Promise<void>
}

export interface InstallationOptions extends LinkTimes {
  /** Put something between gateway and host. @returns the port that the gateway is to dial */
  readonly between?: (hostPort: number) => Promise<number>
}

/**
 * A fresh site whose gateway is as impatient as it may be: debts are tried again after a tenth of a
 * second, and an original that has not come after {@link LinkTimes.lateAnswerMaxMs} never comes.
 */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  const site = await makeSite({ ...IMPATIENT, ...options })
  const hostPort = await steadyPort()
  const dialledPort = (await options.between?.(hostPort)) ?? hostPort
  let gateway: LaunchedGateway | undefined
  let listening: Promise<GatewayProcess> | undefined
  let host: Promise<HostProcess> | undefined

  function launch(run: RunOptions = {}): LaunchedGateway {
    const environment = { ...IMPATIENCE, ...run.environment }
    gateway = launchGateway(site, dialledPort, { ...run, environment })
    listening = gateway.untilListening()
    // Whoever launched it asks itself how that went.
    listening.catch(() => {})
    return gateway
  }

  const parts: Pick<Installation, 'gateway' | 'host'> = {
    gateway: {
      async start(run) {
        if (gateway === undefined) launch(run)
        await listening
      },
      async kill() {
        await gateway?.kill()
        gateway = undefined
      },
    },
    host: {
      async start() {
        host ??= startHost(site, { port: hostPort })
        await host
      },
      async kill() {
        const dying = host
        host = undefined
        await (await dying)?.kill()
      },
    },
  }

  return {
    site,
    ...parts,
    launch,
    async start(run) {
      await Promise.all([parts.host.start(), parts.gateway.start(run)])
      if (listening === undefined) throw new Error('it was just started')
      const running = await listening
      await running.untilLogged('host-signed-on')
      return running
    },
    unsettled: () => journalUnsettled(site),
    records: () => ({
      ...readBook(site.bookFile),
      journal: journalRows(site),
      settlementMinor: ledgerSettlement(site),
    }),
    journalFaults: () =>
      verifyStore(site.journalFile).faults.map(({ place, reason }) => `${place}: ${reason}`),
    async close() {
      await Promise.all([parts.gateway.kill(), parts.host.kill()])
      site.remove()
    },
  }
}

const IMPATIENT: LinkTimes = { answerTimeoutMs: 600, lateAnswerMaxMs: 1200 }

const IMPATIENCE: NodeJS.ProcessEnv = {
  SALLYPORT_HOST_OWED_POLL_MS: '50',
  SALLYPORT_HOST_OWED_RETRY_MIN_MS: '100',
  SALLYPORT_HOST_OWED_RETRY_MAX_MS: '400',
  SALLYPORT_HOST_RECONNECT_DELAY_MIN_MS: '10',
  SALLYPORT_HOST_RECONNECT_DELAY_MAX_MS: '200',
  SALLYPORT_STORE_RESERVED_BYTES: '1048576',
}

/**
 * A port that nobody gets by chance while the host is down, least of all the gateway that dials it:
 * below those that the system gives to connections.
 */
async function steadyPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer()
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      return port
    } catch {
      // Somebody has it.
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
