import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { currencyOf, type FeePlan } from '#domain'
import { type SpecFault, SpecificationError } from '#iso8583'
import { planFaults } from '#ledger'
import { structureFaults } from '#processing'
import { readCompiled, SPECS } from './spec-files.ts'

/** A fee plan that cannot be used. */
class FeePlanError extends SpecificationError {
  override readonly name = 'FeePlanError'
  readonly code = 'FEE_PLAN_INVALID'
}

/**
 * Read a fee plan.
 *
 * @param currencies that it must have terms for
 * @throws ProfileError naming line and reason of every fault
 */
export function readFeePlan(file: string, currencies: readonly string[]): FeePlan {
  return readCompiled(file, (document) => {
    refuse(structureFaults(document, new Ajv2020({ allErrors: true, verbose: true }), SCHEMA))
    // The schema has just said that the document has this shape.
    const { name, versions } = document as FeePlan
    const plan = { name, versions }
    refuse([...unknownCurrencies(plan), ...unknownDates(plan), ...planFaults(plan, currencies)])
    return plan
  })
}

const SCHEMA = JSON.parse(readFileSync(join(SPECS, 'fee-plan.schema.json'), 'utf8'))

function refuse(faults: readonly SpecFault[]): void {
  if (faults.length > 0) throw new FeePlanError(faults)
}

function unknownCurrencies({ versions }: FeePlan): SpecFault[] {
  return versions.flatMap(({ currencies }, at) =>
    Object.keys(currencies)
      .filter((code) => currencyOf(code) === undefined)
      .map((code) => ({
        path: ['versions', at, 'currencies', code],
        reason: 'is not in ISO 4217',
      })),
  )
}

/** The schema lets the 30th of February pass. */
function unknownDates({ versions }: FeePlan): SpecFault[] {
  return versions.flatMap(({ from }, at) => {
    const [year = 0, month = 0, day = 0] = from.split('-').map(Number)
    return day <= daysIn(year, month)
      ? []
      : [{ path: ['versions', at, 'from'], reason: 'is no day of the calendar' }]
  })
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (month === 2) return isLeap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
