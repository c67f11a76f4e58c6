import test, { type ExecutionContext } from 'ava'
import { createMerchantClient, fetchGatewayKeys } from '#merchant-client'
import { ecKey, rsaKey } from '../envelope/parties.ts'
import { answer, gatewayKeys, merchantKey, startGateway } from './scripted-gateway.ts'

const start = (t: ExecutionContext, keySet?: string) =>
  startGateway(t, { kind: 'https', ...(keySet === undefined ? {} : { keySet }) }, ({ id }) =>
    answer({ type: 'echo.answer', id, time: 'now' }),
  )

test('keys fetched from the gateway are enough to talk to it', async (t) => {
  const { address } = await start(t)
  const client = createMerchantClient({
    gateway: address,
    gatewayKeys: await fetchGatewayKeys(address),
    merchant: 'acme',
    signingKeyPem: merchantKey.pem,
  })
  t.like(await client.echo(), { kind: 'echo', time: 'now' })
  client.close()
})

test('members of a key that are not text are left out', async (t) => {
  const keys = gatewayKeys.keys.map((jwk) => ({ ...jwk, key_ops: ['verify'] }))
  const { address } = await start(t, JSON.stringify({ keys }))
  t.deepEqual(await fetchGatewayKeys(address), gatewayKeys)
})

for (const keySet of ['', '[]', '{}', '{"keys":{}}', 'x'.repeat(70_000)]) {
  test(`no key set: ${keySet.slice(0, 12) || 'nothing'}`, async (t) => {
    const { address } = await start(t, keySet)
    await t.throwsAsync(fetchGatewayKeys(address), { code: 'KEYS_NOT_FETCHED' })
  })
}

test('a gateway that is not there has no keys', async (t) => {
  const { address } = await start(t)
  const nowhere = { ...address, port: 1 }
  await t.throwsAsync(fetchGatewayKeys(nowhere), { code: 'KEYS_NOT_FETCHED' })
})

test('key sets that cannot be used are refused', (t) => {
  const [enc, sig] = gatewayKeys.keys
  const sets = [
    [enc],
    [sig],
    [{ ...enc, kid: sig?.['kid'] ?? '' }, sig],
    [{ ...rsaKey('enc', 1_024).jwk, use: 'enc' }, sig],
    [{ ...ecKey().jwk, use: 'enc' }, sig],
  ]
  for (const set of sets) {
    const keys = set.filter((jwk) => jwk !== undefined)
    const create = () =>
      createMerchantClient({
        gateway: { kind: 'https', host: 'localhost', port: 1 },
        gatewayKeys: { keys },
        merchant: 'acme',
        signingKeyPem: merchantKey.pem,
      })
    t.throws(create, { code: 'KEYS_UNUSABLE' })
  }
})
