import type { Dialect, SpecFault } from '#iso8583'
import { type Conduct, ConductError, compileConduct } from './conduct.ts'
import { deriveCaptures, deriveFollowUp, deriveReversals, identityOf } from './derive-follow-ups.ts'
import { deriveNetwork } from './derive-network.ts'
import { derivePayments } from './derive-payments.ts'
import type { ConductDocument } from './document.ts'
import { codesFor } from './iso-codes.ts'
import { readLinkDocument } from './link-document.ts'
import { type MappingDocument, readMappingDocument } from './mapping-document.ts'

/** The documents of a host's folder, parsed. */
export interface HostDocuments {
  /** mapping.json */
  readonly mapping: unknown
  /** link.json */
  readonly link: unknown
}

/**
 * Make up the conduct of a host that has written none, from what its mapping and link say of its
 * messages: what the gateway writes is what the host wants, what the gateway reads is what it
 * sends.
 *
 * An emulator with such a conduct proves that the host's files fit together and carry a payment. It
 * cannot prove that they are what the bank's host does: that takes the bank's own transcripts.
 *
 * @throws ConductError with everything that cannot be derived; paths begin with `mapping` or `link`
 */
export function deriveConduct(documents: HostDocuments, dialect: Dialect): Conduct {
  const faults: SpecFault[] = []
  const mapping = readMappingDocument(documents.mapping, faults)
  const link = readLinkDocument(documents.link, faults)
  if (faults.length > 0) throw new ConductError(faults)

  const parts = { mapping, dialect, faults }
  const holds = mapping.codes.partial.length > 0
  const authorize = { ...parts, effect: 'hold', partialApprovals: holds } as const
  const holding = derivePayments(mapping.authorize, authorize)
  const posting = derivePayments(mapping.sale, {
    ...parts,
    effect: 'post',
    partialApprovals: false,
  })
  const payments = [holding, posting]
  const identity = identityOf(link.stanUniqueWith, parts)
  const followUps = [
    ...deriveFollowUp(
      mapping.increment,
      { effect: 'increase', originals: [holding] },
      { ...parts, identity },
    ),
    ...deriveFollowUp(
      mapping.refund,
      { effect: 'refund', originals: payments },
      { ...parts, identity },
    ),
  ]
  const questions = [mapping.verify, mapping.balance].flatMap((message) =>
    message ? [derivePayments(message, { ...parts, effect: 'none', partialApprovals: false })] : [],
  )
  const conduct = {
    identity: identity.map(({ element }) => element),
    payments: [...payments, ...followUps, ...questions],
    reversals: deriveReversals(payments, identity, parts),
    ...deriveCaptures([holding], identity, parts),
    network: deriveNetwork(link.network),
  }
  const codeFacts = dialect.field(payments[0]?.answer.responseCode ?? '')
  requireCodes(mapping, faults)
  if (faults.length > 0 || codeFacts === undefined) throw new ConductError(faults)
  const responseCodes = codesFor(mapping.codes, codeFacts)
  return compileDerived({ ...conduct, ...macIn(documents.link), responseCodes }, dialect)
}

/** What a link says of MACs is said of both sides, and read where conducts are. */
function macIn(link: unknown): { readonly mac?: unknown } {
  return typeof link === 'object' && link !== null && 'mac' in link ? { mac: link.mac } : {}
}

/** What was derived is checked like what was written; its faults are those of the mapping. */
function compileDerived(
  conduct: Omit<ConductDocument, 'mac'> & { readonly mac?: unknown },
  dialect: Dialect,
): Conduct {
  try {
    return compileConduct(conduct, dialect)
  } catch (error) {
    if (!(error instanceof ConductError)) throw error
    const faults = error.faults.map(({ path, reason }) => ({
      path: ['mapping'],
      reason: `gives the emulator a conduct that does not hold at ${path.join('.')}: ${reason}`,
    }))
    throw new ConductError(faults)
  }
}

function requireCodes({ codes }: MappingDocument, faults: SpecFault[]): void {
  for (const verdict of ['approved', 'declined'] as const) {
    if (codes[verdict].length > 0) continue
    const reason = 'must list a code: the emulator has none to answer with'
    faults.push({ path: ['mapping', 'responseCodes', verdict], reason })
  }
}
