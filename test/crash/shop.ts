import { setTimeout as wait } from 'node:timers/promises'
import type { MerchantClient } from '#merchant-client'
import type { Seeded } from '../fakes/seeded.ts'
import { createErrand, type Errand, type ErrandPlan, type Step, type StepEnd } from './errand.ts'

/** Merchants with their errands, who go on with them at every gateway that there is. */
export interface Shop {
  readonly errands: readonly Errand[]
  /** Messages that were not answered. */
  readonly lost: number
  /** Ask without pause: first what was left of earlier openings, then new payments by chance. */
  open(client: MerchantClient, options: OpeningOptions): OpenShop
  /** Run one errand to its end. @returns whether it came there, in some time */
  run(client: MerchantClient, plan: ErrandPlan): Promise<boolean>
  /** Do all that is left, and take this step of every errand. */
  finish(client: MerchantClient, step: Step, inFlight: number): Promise<void>
  /** What was heard and cannot be. */
  faults(): readonly string[]
}

export interface OpeningOptions {
  readonly inFlight: number
  /** Whether a message may be lost before the shop is closed; else that is a fault. */
  readonly mayLose?: boolean
}

export interface OpenShop {
  /** Rejects when something is lost that should not be. */
  readonly firstAnswer: Promise<void>
  /** Nothing new is asked from now on, and what is asked already may be lost. */
  close(): void
  /** Resolves, once it was closed, when nothing is asked any more. */
  readonly closed: Promise<void>
}

export function createShop(random: Seeded): Shop {
  const errands: Errand[] = []
  const faults: string[] = []
  let waiting: Errand[] = []
  let lost = 0

  function begin(plan: ErrandPlan): Errand {
    const errand = createErrand(errands.length + 1, plan)
    errands.push(errand)
    return errand
  }

  /** Take the next step of an errand; a payment that was lost may be given up for good. */
  async function goOn(errand: Errand, client: MerchantClient): Promise<StepEnd> {
    const [step = 'pay', ...others] = errand.steps
    const end = await errand.take(step, client)
    if (end === 'heard') errand.steps = others
    if (end === 'later') await wait(LATER_MS)
    if (end !== 'lost') return end
    lost += 1
    if (step === 'pay' && random.oneIn(4)) errand.steps = ['reverse']
    return end
  }

  function open(client: MerchantClient, { inFlight, mayLose }: OpeningOptions): OpenShop {
    const first = Promise.withResolvers<void>()
    let isClosed = false

    async function serve(): Promise<void> {
      while (!isClosed) {
        const errand = waiting.shift() ?? begin(random.pick(PLANS))
        const end = await goOn(errand, client)
        if (errand.steps.length > 0) waiting.push(errand)
        if (end === 'heard') first.resolve()
        const isFault = end === 'lost' && !isClosed && !mayLose
        if (isFault) throw new Error(`${errand.id} was lost before the kill`)
      }
    }

    const closed = Promise.all(Array.from({ length: inFlight }, serve)).then(() => {})
    closed.catch(first.reject)
    return {
      firstAnswer: first.promise,
      closed,
      close: () => {
        isClosed = true
      },
    }
  }

  async function run(client: MerchantClient, plan: ErrandPlan): Promise<boolean> {
    return (await runOut(begin(plan), client, RUN_MS_MAX)) === undefined
  }

  /** @returns what is in the way of its end */
  async function runOut(
    errand: Errand,
    client: MerchantClient,
    withinMs: number,
  ): Promise<'lost' | 'put off' | undefined> {
    const untilMs = performance.now() + withinMs
    while (errand.steps.length > 0) {
      if (performance.now() > untilMs) return 'put off'
      if ((await goOn(errand, client)) === 'lost') return 'lost'
    }
    return undefined
  }

  async function finish(client: MerchantClient, step: Step, inFlight: number): Promise<void> {
    waiting = []
    const everyone = errands.values()
    const serve = async () => {
      for (const errand of everyone) await finishOne(errand, step, client)
    }
    await Promise.all(Array.from({ length: inFlight }, serve))
  }

  async function finishOne(errand: Errand, last: Step, client: MerchantClient): Promise<void> {
    errand.steps = [...errand.steps, last]
    const obstacle = await runOut(errand, client, FINISH_MS_MAX)
    if (obstacle !== undefined) faults.push(`${errand.id} has no answer: ${obstacle}`)
  }

  return {
    errands,
    get lost() {
      return lost
    },
    open,
    run,
    finish,
    faults: () => [...faults, ...errands.flatMap((it) => it.faults)],
  }
}

const LATER_MS = 20
const RUN_MS_MAX = 5_000
const FINISH_MS_MAX = 30_000

/** Deep pockets, and no checks. */
const GOOD_PAN = '4111111111111111'

const sale = (pan: string, ...steps: Step[]): ErrandPlan => ({
  ...{ operation: 'sale', pan },
  steps: steps.length === 0 ? ['pay'] : steps,
})

/** What merchants may want, by what comes of it when nothing goes wrong. */
export const PLAN = {
  sale: sale(GOOD_PAN),
  authorization: { ...sale(GOOD_PAN), operation: 'authorize' },
  captured: { ...sale(GOOD_PAN, 'pay', 'capture'), operation: 'authorize' },
  reversed: sale(GOOD_PAN, 'pay', 'reverse'),
  reversedBefore: sale(GOOD_PAN, 'reverse', 'pay'),
  declined: sale('4000000000000119'),
  answeredTwice: sale('4000000000000424'),
  // Of these the gateway cannot know what came.
  silent: sale('4000000000000341'),
  mismatched: sale('4000000000000473'),
  codeUnknown: sale('4000000000000465'),
  // And these take the line down with them.
  garbage: sale('4000000000000432'),
  cut: sale('4000000000000440'),
} as const satisfies Readonly<Record<string, ErrandPlan>>

/** How many of a hundred want what. */
const SHARES: readonly (readonly [number, ErrandPlan])[] = [
  [55, PLAN.sale],
  [4, PLAN.authorization],
  [10, PLAN.captured],
  [10, PLAN.reversed],
  [4, PLAN.reversedBefore],
  [2, PLAN.declined],
  [3, PLAN.answeredTwice],
  [4, PLAN.silent],
  [3, PLAN.mismatched],
  [2, PLAN.codeUnknown],
  [1, PLAN.garbage],
  [1, PLAN.cut],
]

const PLANS: readonly [ErrandPlan, ...ErrandPlan[]] = [
  PLAN.sale,
  ...SHARES.flatMap(([share, plan]) => Array.from({ length: share }, () => plan)),
]
