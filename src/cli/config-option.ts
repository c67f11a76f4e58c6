import type { Command } from 'commander'
import { type Config, readConfig } from '../config.ts'
import type { Outside } from './outside.ts'

/** What {@link addConfigOption} adds. */
export interface ConfigOptions {
  readonly config?: string
  readonly store?: string
}

/** `--config` and `--store`, as every command takes them that works on a gateway's folder. */
export function addConfigOption(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration (default: data/sallyport.json)')
    .option('--store <url>', 'a PostgreSQL database, in place of what the configuration says')
}

/**
 * The configuration that the options name, with the environment laid over it, and `over` over that.
 *
 * @throws ConfigError
 */
export function configOf(
  options: ConfigOptions,
  outside: Outside,
  over: NodeJS.ProcessEnv = {},
): Config {
  const { store } = options
  const place = store === undefined ? {} : { SALLYPORT_STORE_POSTGRES_URL: store }
  const environment = { ...outside.environment, ...place, ...over }
  return readConfig(configFileOf(options, outside), environment)
}

/** The file that was named, else SALLYPORT_CONFIG, else the one that `sallyport init` makes. */
function configFileOf(options: ConfigOptions, outside: Outside): string {
  return options.config ?? outside.environment['SALLYPORT_CONFIG'] ?? 'data/sallyport.json'
}
