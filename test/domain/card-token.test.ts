import test from 'ava'
import fc from 'fast-check'
import { cardTokenOf, Pan, TOKEN_BYTES } from '#domain'

const random = fc.uint8Array({ minLength: TOKEN_BYTES, maxLength: TOKEN_BYTES })

test('a token is all that its random bytes were, in letters', (t) => {
  fc.assert(
    fc.property(random, random, (one, other) => {
      const [token, second] = [cardTokenOf(one), cardTokenOf(other)]
      t.regex(token, /^tok_[a-p]{32}$/)
      t.is(token === second, Buffer.compare(one, other) === 0)
    }),
  )
})

test('no part of a token is taken for a card number', (t) => {
  fc.assert(
    fc.property(random, (bytes) => {
      const token = cardTokenOf(bytes)
      t.is(Pan.parse(token), undefined)
      t.notRegex(token, /[0-9]/)
    }),
  )
})
