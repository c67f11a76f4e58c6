import { inspect } from 'node:util'
import test from 'ava'
import { Secret } from '#domain'

test('a secret is seen only by asking for it', (t) => {
  const secret = new Secret('hunter2')
  const everywhere = [`${secret}`, JSON.stringify([secret]), inspect(secret, { showHidden: true })]
  t.false(everywhere.some((text) => text.includes('hunter2')))
  t.is(secret.reveal(), 'hunter2')
})
