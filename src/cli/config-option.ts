import type { Command } from 'commander'
import type { Outside } from './outside.ts'

/** `--config FILE`, as every command takes it that works on a gateway's folder. */
export function addConfigOption(command: Command): Command {
  return command.option('--config <file>', 'the configuration (default: data/sallyport.json)')
}

/** The file that was named, else SALLYPORT_CONFIG, else the one that `sallyport init` makes. */
export function configFileOf(options: { readonly config?: string }, outside: Outside): string {
  return options.config ?? outside.environment['SALLYPORT_CONFIG'] ?? 'data/sallyport.json'
}
