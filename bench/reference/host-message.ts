/**
 * One sale on the meridian line as fixed text with its few moving parts put in: what a host message
 * costs when nobody maps anything (specs/hosts/meridian/interface.md section 3.1).
 */
export interface Sale {
  readonly pan: string
  readonly amountMinor: string
  readonly stan: string
  /** DE7, `MMDDhhmmss`. */
  readonly transmittedAt: string
  readonly rrn: string
}

export interface FixedParts {
  readonly acquirer: string
  readonly country: string
  readonly categoryCode: string
  readonly terminal: string
  readonly acceptorId: string
  readonly name: string
  readonly city: string
  readonly merchantCountry: string
}

/** DE2 3 4 7 11 12 13 14 18 19 22 25 32 37 41 42 43 48 49, and the same without DE48. */
const WITH_ADDITIONAL = '0200723C648108E18000'
const PLAIN = '0200723C648108E08000'

export interface WrittenSale {
  /** As it leaves, CVV2 included. */
  readonly message: string
  /** As it is kept, without sensitive authentication data. */
  readonly kept: string
}

export function createSaleWriter(fixed: FixedParts): (sale: Sale) => WrittenSale {
  const { acquirer, country, categoryCode, terminal, acceptorId, name, city } = fixed
  const middle = `3012${categoryCode}${country}81259`
  const institution = `${String(acquirer.length).padStart(2, '0')}${acquirer}`
  const acceptor =
    terminal + acceptorId.padEnd(15) + name.padEnd(25) + city.padEnd(13) + fixed.merchantCountry

  return ({ pan, amountMinor, stan, transmittedAt, rrn }) => {
    const date = transmittedAt.slice(0, 4)
    const time = transmittedAt.slice(4)
    const amount = amountMinor.padStart(12, '0')
    const body =
      `${pan.length}${pan}000000${amount}${transmittedAt}${stan}${time}${date}` +
      `${middle}${institution}${rrn}${acceptor}`
    return {
      message: `${WITH_ADDITIONAL}${body}0079203789840`,
      kept: `${PLAIN}${body}840`,
    }
  }
}

/** The parts of an approved sale's answer that the journal keeps and the merchant is told. */
export interface Approval {
  readonly stan: string
  readonly approvalCode: string
  readonly responseCode: string
  readonly settlementDate: string
  readonly networkReference: string
}

/** @param text a 0210 without its frame header */
export function readApproval(text: string): Approval {
  const echoed = 22 + Number(text.slice(20, 22))
  const settlement = echoed + 44
  const rrn = settlement + 6 + Number(text.slice(settlement + 4, settlement + 6))
  return {
    stan: text.slice(echoed + 28, echoed + 34),
    settlementDate: text.slice(settlement, settlement + 4),
    approvalCode: text.slice(rrn + 12, rrn + 18),
    responseCode: text.slice(rrn + 18, rrn + 20),
    networkReference: text.slice(-15),
  }
}
