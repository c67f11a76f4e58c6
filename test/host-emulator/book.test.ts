import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import fc from 'fast-check'
import { type Book, parseSandbox, readBook } from '#host-emulator'
import type { Message } from '#iso8583'
import { APPROVING, capture, fakeClock, HOLD_MS, openHost, payment, reversal } from './meridian.ts'

const SESSION = { signedOn: true }

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'book-')), 'book.sqlite')

/**
 * The book's law: every unit that left a card's balances is a posting, a capture, or a hold that
 * still stands.
 */
function imbalances(book: Book): string[] {
  const sum = (pan: string, ...effects: string[]): bigint =>
    book
      .exchanges()
      .filter((exchange) => exchange.pan === pan && effects.includes(exchange.effect))
      .reduce((total, { effect, approvedMinor, capturedMinor }) => {
        return total + (effect === 'captured' ? capturedMinor : approvedMinor)
      }, 0n)
  return book
    .cards()
    .filter(
      ({ pan, openingMinor, ledgerMinor, availableMinor }) =>
        ledgerMinor !== openingMinor - sum(pan, 'posted', 'captured') ||
        availableMinor !== openingMinor - sum(pan, 'posted', 'captured', 'held') ||
        availableMinor < 0n,
    )
    .map(({ pan }) => pan)
}

const act = fc.record({
  kind: fc.constantFrom('authorize', 'sell', 'reverse', 'repeat', 'wait', 'capture', 'capture'),
  stan: fc.integer({ min: 1, max: 4 }),
  pan: fc.constantFrom(APPROVING, '4000000000009995', '4000000000000119'),
  minor: fc.integer({ min: 0, max: 1500 }),
})

test('whatever comes in whatever order, the balances and the exchanges agree', (t) => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40, size: 'max' }), (acts) => {
      const clock = fakeClock()
      const { book, host } = openHost({ clock })
      const originals = new Map<number, Message>()
      for (const { kind, stan, pan, minor } of acts) {
        const mti = kind === 'authorize' ? '0100' : '0200'
        const amount = String(minor).padStart(12, '0')
        const fresh = payment(mti, stan, { 2: pan, 4: amount })
        const original = originals.get(stan) ?? fresh
        if (kind === 'wait') clock.advance(HOLD_MS / 3)
        else if (kind === 'reverse') host.answer(reversal(original), SESSION)
        else if (kind === 'repeat') host.answer(original, SESSION)
        else if (kind === 'capture') host.answer(capture(original, { 4: amount }), SESSION)
        else {
          host.answer(fresh, SESSION)
          if (!originals.has(stan)) originals.set(stan, fresh)
        }
        t.deepEqual(imbalances(book), [])
      }
      for (const original of originals.values()) host.answer(reversal(original), SESSION)
      book.lapseHolds(clock.nowMs() + HOLD_MS)
      t.deepEqual(imbalances(book), [])
      book.close()
    }),
    { numRuns: 60 },
  )
})

test('an original is reversed exactly, whatever else happened on the card', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 999 }))), (amounts) => {
      const { book, host } = openHost()
      const sent = amounts.map(([hold, minor], index) =>
        payment(hold ? '0100' : '0200', index + 1, { 4: String(minor).padStart(12, '0') }),
      )
      for (const message of sent) host.answer(message, SESSION)
      for (const message of sent) host.answer(reversal(message), SESSION)
      const card = book.card(APPROVING)
      t.is(card?.availableMinor, card?.openingMinor)
      t.is(card?.ledgerMinor, card?.openingMinor)
      book.close()
    }),
    { numRuns: 40 },
  )
})

test('of what is held exactly what is captured is taken, whatever else happened on the card', (t) => {
  const drawn = fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 }))
  fc.assert(
    fc.property(fc.array(drawn), (amounts) => {
      const { book, host } = openHost()
      const twelve = (minor: number) => String(minor).padStart(12, '0')
      const sent = amounts.map(([held], index) => payment('0100', index + 1, { 4: twelve(held) }))
      for (const message of sent) host.answer(message, SESSION)
      for (const [index, [, taken]] of amounts.entries()) {
        const [hold] = sent.slice(index)
        if (hold) host.answer(capture(hold, { 4: twelve(taken) }), SESSION)
      }
      book.lapseHolds(Date.parse('2027-01-01'))
      const taken = amounts.reduce((sum, [held, it]) => sum + (it <= held ? it : 0), 0)
      const card = book.card(APPROVING)
      t.is(card?.availableMinor, (card?.openingMinor ?? 0n) - BigInt(taken))
      t.is(card?.ledgerMinor, card?.availableMinor)
      book.close()
    }),
    { numRuns: 40 },
  )
})

test('a book from before there were captures takes them', (t) => {
  const file = newFile()
  const first = openHost({ file })
  first.host.answer(payment('0100', 1), SESSION)
  first.book.close()
  const older = new DatabaseSync(file)
  older.exec('DROP TABLE capture')
  older.close()
  const second = openHost({ file })
  t.is(second.host.answer(capture(payment('0100', 1)), SESSION)?.answer.fields['39'], '00')
  second.book.close()
  t.like(readBook(file).exchanges, [{ effect: 'captured', capturedMinor: 1250n }])
})

test('a restart keeps balances, exchanges, reversals and the business date', (t) => {
  const file = newFile()
  const first = openHost({ file })
  first.host.answer(payment('0200', 1), SESSION)
  first.host.answer(payment('0100', 2), SESSION)
  first.host.answer(reversal(payment('0200', 9)), SESSION)
  first.host.cutOver()
  first.book.close()

  const second = openHost({ file, businessDate: '2030-01-01' })
  t.is(second.book.businessDate, '2026-11-23')
  t.like(second.book.card(APPROVING), {
    availableMinor: 9_999_997_500n,
    ledgerMinor: 9_999_998_750n,
  })
  const answers = [payment('0200', 1), payment('0200', 9)].map(
    (message) => second.host.answer(message, SESSION)?.answer.fields['39'],
  )
  t.deepEqual(answers, ['94', '12'])
  second.book.lapseHolds(Date.parse('2026-12-31'))
  t.is(second.book.card(APPROVING)?.availableMinor, 9_999_998_750n)
  second.book.close()
})

test('what was committed is there after kill -9, what was not is gone whole', (t) => {
  const file = newFile()
  const script = `
    import { openHost, payment } from './test/host-emulator/meridian.ts'
    const { book, host } = openHost({ file: process.argv[1] })
    host.answer(payment('0200', 1), { signedOn: true })
    book.commit()
    host.answer(payment('0200', 2), { signedOn: true })
    process.kill(process.pid, 'SIGKILL')
  `
  const error = t.throws(() =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'pipe' }),
  )
  t.is(error && 'signal' in error ? error.signal : undefined, 'SIGKILL')
  const { exchanges, cards } = readBook(file)
  t.deepEqual(
    exchanges.map(({ rrn }) => rrn),
    ['632610000001'],
  )
  t.is(cards.find(({ pan }) => pan === APPROVING)?.ledgerMinor, 9_999_998_750n)
})

test('a card that is new in the list is taken up by an old book, a known one keeps its balance', (t) => {
  const file = newFile()
  const known = { pan: APPROVING, balance: '5000', expiry: '3012' }
  const first = openHost({ file, cards: parseSandbox({ cards: [known] }) })
  first.host.answer(payment('0200', 1), SESSION)
  first.book.close()
  const added = { ...known, pan: '5555555555554444' }
  const second = openHost({ file, cards: parseSandbox({ cards: [known, added] }) })
  t.is(second.book.card(APPROVING)?.availableMinor, 3750n)
  t.is(second.book.card(added.pan)?.availableMinor, 5000n)
  second.book.close()
})
