import test from 'ava'
import fc from 'fast-check'
import { createGate, type Gate, mostlyCommon, Share } from '#admission'

const RETRY = { leastMs: 1_000, mostMs: 30_000 }

/** Three parties with two connections each at one gate, played by any steps. */
const PARTIES = [0, 1, 2]
const LINES = [0, 1]

type Step =
  | { readonly act: 'enter' | 'leave'; readonly party: number; readonly line: number }
  | { readonly act: 'serve'; readonly party: number; readonly line: number; readonly ms: number }

const place = { party: fc.constantFrom(...PARTIES), line: fc.constantFrom(...LINES) }
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant('enter' as const), ...place }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('leave' as const), ...place }) },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constant('serve' as const),
        ...place,
        ms: fc.integer({ min: 1, max: 300 }),
      }),
    },
  ),
  { maxLength: 400, size: 'max' },
)

interface Player {
  readonly party: number
  readonly share: Share
  held: number
}

interface Played {
  readonly gate: Gate
  readonly players: readonly Player[]
}

/** @param onRefused is called for each refusal, before anything else happens */
function play(
  taken: readonly Step[],
  placesMax: number,
  onRefused: (played: Played, player: Player, nowMs: number) => void,
): Played {
  const common = { atStart: 20, min: 16, max: placesMax }
  const gate = createGate({ placesMax, common, waitMs: 50, retry: RETRY })
  const wholes = PARTIES.map(() => new Share(gate.all))
  const players = PARTIES.flatMap((party) =>
    LINES.map(() => ({ party, share: new Share(wholes[party]), held: 0 })),
  )
  let nowMs = 0
  for (const step of taken) {
    const player = players[step.party * LINES.length + step.line]
    if (player === undefined) continue
    if (step.act === 'enter') {
      if (gate.enter(player.share)) player.held += 1
      else onRefused({ gate, players }, player, nowMs)
    } else if (player.held > 0) {
      player.held -= 1
      if (step.act === 'serve') nowMs += step.ms
      gate.leave(player.share, step.act === 'serve' ? { nowMs, waitedMs: 3 * step.ms } : undefined)
    }
  }
  return { gate, players }
}

const total = (players: readonly Player[]) => players.reduce((sum, it) => sum + it.held, 0)
const isHolder = ({ held }: Player) => held > 0

/** Whether one more of `player` would be fair, counted anew from what everybody holds. */
function isFair({ gate, players }: Played, player: Player): boolean {
  const own = players.filter((it) => it.party === player.party)
  const parties = new Set(players.filter(isHolder).map((it) => it.party)).add(player.party)
  const lines = new Set(own.filter(isHolder)).add(player)
  const fairToParty = gate.commonPlaces() / parties.size
  if (total(own) + 1 <= fairToParty) return true
  const isFairToLine = player.held + 1 <= fairToParty / lines.size
  return isFairToLine && total(players) < 2 * gate.commonPlaces()
}

for (const placesMax of [1, 7, 64]) {
  test(`of ${placesMax} places never more are given, in any order of events`, (t) => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { gate, players } = play(taken, placesMax, () => {})
        t.is(gate.all.held, total(players))
        t.true(gate.all.held <= placesMax)
      }),
    )
  })

  test(`of ${placesMax} places nobody is refused whose fair share has room, while one is left`, (t) => {
    let refusals = 0
    fc.assert(
      fc.property(steps, (taken) => {
        play(taken, placesMax, (played, player) => {
          refusals += 1
          t.true(total(played.players) === placesMax || !isFair(played, player))
        })
      }),
    )
    t.true(refusals > 100, `${refusals} refusals`)
  })
}

test('a refusal always says when to come back, within its bounds', (t) => {
  fc.assert(
    fc.property(steps, (taken) => {
      play(taken, 7, ({ gate }, { share }, nowMs) => {
        const ms = gate.retryAfterMs(share, nowMs)
        t.true(Number.isInteger(ms) && ms >= RETRY.leastMs && ms <= RETRY.mostMs, `${ms}`)
      })
    }),
  )
})

test('when all have left, all places can be had again', (t) => {
  fc.assert(
    fc.property(steps, (taken) => {
      const { gate, players } = play(taken, 20, () => {})
      for (const { share, held } of players) for (let i = 0; i < held; i += 1) gate.leave(share)
      t.is(gate.all.held, 0)
      const someone = new Share(gate.all)
      let got = 0
      while (gate.enter(someone)) got += 1
      t.is(got, Math.ceil(gate.commonPlaces()))
    }),
  )
})

test('a flood takes all that is common; whoever comes then still gets its fair share', (t) => {
  const gate = createGate(mostlyCommon(80))
  const [flood, calm, late] = [new Share(gate.all), new Share(gate.all), new Share(gate.all)]
  const take = (share: Share, times: number) =>
    Array.from({ length: times }, () => gate.enter(share)).filter(Boolean).length
  t.is(take(flood, 1_000), 70)
  t.is(take(calm, 4), 4)
  t.is(take(late, 4), 4)
  t.is(take(flood, 1_000), 0)
  gate.leave(calm)
  t.is(take(flood, 1), 0)
  t.is(take(calm, 1), 1)
})

test('a party’s connections get no more than twice the places, and no other party loses by it', (t) => {
  const gate = createGate({ placesMax: 1_000, common: { atStart: 50, min: 50, max: 50 } })
  const [flood, calm] = [new Share(gate.all), new Share(gate.all)]
  for (let line = 0; line < 1_000; line += 1) {
    const share = new Share(flood)
    while (gate.enter(share));
  }
  t.is(gate.all.held, 100)
  const late = new Share(calm)
  while (gate.enter(late));
  t.is(late.held, 25)
})

test('less than eight places are all common', (t) => {
  for (const placesMax of [1, 2, 7]) {
    t.like(mostlyCommon(placesMax).common, { atStart: placesMax, max: placesMax })
  }
  t.is(mostlyCommon(8).common.max, 7)
})
