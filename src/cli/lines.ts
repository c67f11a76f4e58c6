import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** The lines of standard input that hold anything, without surrounding space. */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const text = line.trim()
    if (text !== '') yield text
  }
}

/** All of standard input as text. */
export async function textOf(input: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of input) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
