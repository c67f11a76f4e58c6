import type { Family } from './family.ts'
import { fileFamilies } from './file-families.ts'
import { messageFamilies } from './message-families.ts'

export function families(): Family[] {
  return [...messageFamilies(), ...fileFamilies()]
}
