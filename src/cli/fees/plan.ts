import type { Command } from 'commander'
import type { Merchant } from '#domain'
import { readFeePlan } from '../../fee-plan-file.ts'
import { ProfileError } from '../../spec-files.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { inRegistry } from '../registry.ts'

const HELP = `
Examples:
  sallyport fees plan set specs/fees/blended.json --merchant M-1001 --by "J. Doe"
  sallyport fees plan set --none --merchant M-1001 --by "J. Doe"     nothing is charged any more
  sallyport fees plan show --merchant M-1001

A plan is checked whole before it is taken; each fault is told with its line. It applies to what is
approved or captured from then on, by the version that is in force on the business date; what was
posted stays as it was. specs/fee-plan.schema.json and specs/ledger.md say what a plan can have.`

interface SetOptions extends ConfigOptions {
  readonly merchant: string
  readonly by: string
  readonly none?: true
}

interface ShowOptions extends ConfigOptions {
  readonly merchant: string
}

/** `sallyport fees plan set` and `show`. */
export function addPlan(fees: Command, outside: Outside, finish: Finish): void {
  const plan = fees
    .command('plan')
    .description('give a merchant its fee plan, and see it')
    .addHelpText('after', HELP)
  const set = plan
    .command('set')
    .argument('[file]', 'the plan')
    .description('give a merchant a plan, in place of the one that it has')
    .requiredOption('--merchant <id>', 'whose')
    .requiredOption('--by <name>', 'who decides; kept with the record')
    .option('--none', 'it has no plan any more, and pays nothing')
  addConfigOption(set).action(async (file: string | undefined, options: SetOptions) => {
    finish(await setPlan(file, options, outside))
  })
  const show = plan
    .command('show')
    .description('print the plan that a merchant has, as JSON')
    .requiredOption('--merchant <id>', 'whose')
  addConfigOption(show).action(async (options: ShowOptions) => {
    finish(await showPlan(options, outside))
  })
}

async function setPlan(
  file: string | undefined,
  options: SetOptions,
  outside: Outside,
): Promise<ExitCode> {
  if ((file === undefined) === (options.none === undefined)) {
    complain(outside, 'name either a file or --none')
    return EXIT.usage
  }
  try {
    return await inRegistry(configOf(options, outside), async (registry) => {
      const { merchants } = await registry.merchants()
      const merchant = merchants.find(({ id }) => id === options.merchant)
      if (merchant === undefined) return unknownMerchant(outside)
      await registry.putMerchant(withPlan(merchant, file), options.by)
      return EXIT.done
    })
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    complain(outside, error.message)
    return EXIT.refused
  }
}

/** @throws ProfileError */
function withPlan({ feePlan: _, ...merchant }: Merchant, file: string | undefined): Merchant {
  if (file === undefined) return merchant
  return { ...merchant, feePlan: readFeePlan(file, merchant.currencies) }
}

function unknownMerchant(outside: Outside): ExitCode {
  complain(outside, 'there is no such merchant')
  return EXIT.refused
}

async function showPlan(options: ShowOptions, outside: Outside): Promise<ExitCode> {
  return inRegistry(configOf(options, outside), async (registry) => {
    const { merchants } = await registry.merchants()
    const merchant = merchants.find(({ id }) => id === options.merchant)
    if (merchant === undefined) return unknownMerchant(outside)
    if (merchant.feePlan === undefined) {
      complain(outside, 'it has no plan, and pays nothing')
      return EXIT.refused
    }
    say(outside, JSON.stringify(merchant.feePlan, null, 2))
    return EXIT.done
  })
}
