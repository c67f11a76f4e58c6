import { readPrivateFile } from '#security'
import { textOf } from './lines.ts'
import { complain, type Outside } from './outside.ts'

/**
 * The components of a key from the files that were named, else from standard input, as custodians
 * write them: in groups, with spaces between.
 *
 * @throws KeyringError when a file is not there, or others may read it
 */
export async function componentsOf(
  files: readonly string[] | undefined,
  outside: Outside,
): Promise<readonly string[]> {
  const lines =
    files === undefined
      ? (await textOf(outside.input)).split('\n')
      : files.map((file) => readPrivateFile(file, 'HOST_KEY_MISSING').toString('utf8'))
  return lines.map((line) => line.replaceAll(/\s/g, '')).filter((line) => line !== '')
}

/** Whether what `--expect` says may be a check value; complains if not. */
export function isCheckValue(expect: string | undefined, outside: Outside): boolean {
  if (expect === undefined || /^[0-9A-F]{4,10}$/i.test(expect)) return true
  complain(outside, '--expect must be 4 to 10 hexadecimal digits')
  return false
}
