import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { exportJpos } from '#dialects'

import { readSpecification } from '#iso8583'
import { MESSAGE, readEdition } from './message.ts'

/** What jPOS does with the same bytes on the same machine, messages a second of one thread. */
export interface JposFigures {
  readonly layout: string
  readonly unpackPerS: number
  readonly packPerS: number
}

/**
 * jPOS is no package of npm and its licence is AGPL-3, so it comes from outside: the variable
 * JPOS_CLASSPATH names its jar and those it needs, and `java` has to be a JDK. Without them there
 * are no figures of it.
 */
export function measureJpos(rounds: number): readonly JposFigures[] {
  const classpath = process.env['JPOS_CLASSPATH']
  if (classpath === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-jpos-'))
  try {
    return ['1987-ascii', '1987-binary'].map((layout) =>
      measure(layout, { folder, classpath, rounds }),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Run {
  readonly folder: string
  readonly classpath: string
  readonly rounds: number
}

function measure(layout: string, { folder, classpath, rounds }: Run): JposFigures {
  const { specification, dialect } = readEdition(layout)
  const packager = join(folder, `${layout}.xml`)
  writeFileSync(packager, exportJpos(readSpecification(specification)).text)
  const harness = new URL('./Jpos.java', import.meta.url).pathname
  const image = dialect.pack(MESSAGE).toString('hex')
  const words = ['-cp', classpath, harness, packager, image, String(rounds)]
  return { layout, ...JSON.parse(execFileSync('java', words, { encoding: 'utf8' })) }
}
