import { styleText } from 'node:util'
import type { Outside } from './outside.ts'

/** What is coloured, by what it says. */
export interface Paint {
  readonly place: (text: string) => string
  readonly meaning: (text: string) => string
  readonly masked: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly aside: (text: string) => string
}

const asItIs = (text: string): string => text

/** No colour. */
export const PLAIN: Paint = {
  place: asItIs,
  meaning: asItIs,
  masked: asItIs,
  good: asItIs,
  bad: asItIs,
  aside: asItIs,
}

/**
 * Colour for a terminal. A file or a pipe gets none, unless FORCE_COLOR says so; NO_COLOR refuses
 * it (no-color.org), and FORCE_COLOR is the stronger, as in Node itself.
 */
export function paintFor({ out, environment }: Pick<Outside, 'out' | 'environment'>): Paint {
  return takesColour(out, environment) ? COLOURED : PLAIN
}

const COLOURED: Paint = {
  place: styled('cyan'),
  meaning: styled('green'),
  masked: styled('yellow'),
  good: styled(['bold', 'green']),
  bad: styled(['bold', 'red']),
  aside: styled('dim'),
}

/** Whether the stream takes colour has been decided by then. */
function styled(format: Parameters<typeof styleText>[0]): (text: string) => string {
  return (text) => (text === '' ? '' : styleText(format, text, { validateStream: false }))
}

function takesColour(out: Outside['out'], environment: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = environment
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return 'isTTY' in out && out.isTTY === true && TERM !== 'dumb'
}
