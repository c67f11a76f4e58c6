import test from 'ava'
import fc from 'fast-check'
import { createParties, Share } from '#admission'

test('a lone party may hold all places, and each of several the same part', (t) => {
  const all = new Share()
  const [a, b, c] = [new Share(all), new Share(all), new Share(all)]
  t.is(a.fairOf(12), 12)
  a.take()
  t.is(a.fairOf(12), 12)
  t.is(b.fairOf(12), 6)
  b.take()
  t.deepEqual([a.fairOf(12), b.fairOf(12), c.fairOf(12)], [6, 6, 4])
  a.giveBack()
  t.deepEqual([a.fairOf(12), b.fairOf(12)], [6, 12])
})

test('connections share what is their party’s, so many of them give it no more', (t) => {
  const all = new Share()
  const [flood, calm] = [new Share(all), new Share(all)]
  const lines = Array.from({ length: 4 }, () => new Share(flood))
  for (const line of [...lines, calm]) line.take()
  t.deepEqual(
    lines.map((line) => line.fairOf(80)),
    [10, 10, 10, 10],
  )
  t.is(calm.fairOf(80), 40)
  t.deepEqual([lines[0]?.party, calm.party], [flood, calm])
  t.is(new Share(flood).fairOf(80), 8)
})

/** What a share is after any takes, returns and moves, told by the shares below it alone. */
test('whatever is taken, given back and moved, each whole holds what its parts hold', (t) => {
  const step = fc.tuple(fc.constantFrom('take', 'give', 'move'), fc.nat(9), fc.nat(2))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const all = new Share()
      const parties = [new Share(all), new Share(all), new Share(all)]
      const leaves = Array.from({ length: 10 }, (_, index) => {
        const at = index % 3
        return { share: new Share(parties[at]), at, held: 0 }
      })
      for (const [act, which, where] of steps) {
        const leaf = leaves[which]
        const party = parties[where]
        if (leaf === undefined || party === undefined) continue
        if (act === 'take') {
          leaf.share.take()
          leaf.held += 1
        } else if (act === 'give' && leaf.held > 0) {
          leaf.share.giveBack()
          leaf.held -= 1
        } else if (act === 'move') {
          leaf.share.moveTo(party)
          leaf.at = where
        }
      }
      for (const [at, party] of parties.entries()) {
        const own = leaves.filter((leaf) => leaf.at === at)
        t.is(
          party.held,
          own.reduce((sum, leaf) => sum + leaf.held, 0),
        )
        t.is(party.holders, own.filter((leaf) => leaf.held > 0).length)
      }
      t.is(
        all.held,
        parties.reduce((sum, party) => sum + party.held, 0),
      )
      t.is(all.holders, parties.filter((party) => party.held > 0).length)
    }),
  )
})

test('a name has one share while it holds something', (t) => {
  const all = new Share()
  const parties = createParties(() => all)
  const share = parties.of('a')
  share.take()
  for (let index = 0; index < 1_000; index += 1) parties.of(`passing-${index}`)
  t.is(parties.of('a'), share)
})

test('names that hold nothing are forgotten, however many there were', (t) => {
  const all = new Share()
  const parties = createParties(() => all)
  const held = Array.from({ length: 100 }, (_, index) => parties.of(`held-${index}`))
  for (const share of held) share.take()
  for (let index = 0; index < 100_000; index += 1) parties.of(`passing-${index}`)
  t.true(parties.count() <= 400, `${parties.count()}`)
  t.is(all.holders, 100)
})
