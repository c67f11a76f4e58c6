/**
 * The merchant of every bench; `sallyport merchant add` would make the same record but for its
 * keys.
 */
export const MERCHANT = Object.freeze({
  id: 'bench-merchant',
  name: 'Bench Books',
  city: 'New York',
  country: 'US',
  acceptorId: 'BENCHBOOKS00001',
  terminals: ['BENCH001'],
  categoryCode: '5942',
  currencies: ['USD'],
})

/** A second merchant, for benches of what one does to another. */
export const NEIGHBOUR = Object.freeze({
  ...MERCHANT,
  id: 'bench-neighbour',
  name: 'Bench Flowers',
  acceptorId: 'BENCHFLOWERS001',
  terminals: ['BENCH002'],
})

/** The bank on the host's line. */
export const ACQUIRER = Object.freeze({ institution: '445566', country: '840' })

/**
 * The `index`th sale of a bench: an e-commerce sale with its CVV2, as most merchants send them.
 *
 * @param sentAtMs the request's `time`, milliseconds since 1970
 */
export function sale(index: number, sentAtMs: number, merchant: string = MERCHANT.id): string {
  return JSON.stringify({
    type: 'payment.sale',
    id: saleId(index),
    merchant,
    time: new Date(sentAtMs).toISOString(),
    amount: { value: String(100 + (index % 9_900)), currency: 'USD' },
    card: { pan: '4111111111111111', expiry: '3012', entryMode: 'ecommerce', cvv2: '789' },
  })
}

export function saleId(index: number): string {
  return `bench-${index}`
}
