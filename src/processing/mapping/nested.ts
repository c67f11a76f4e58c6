/** Texts under names, at any depth: elements and their parts, members and theirs. */
export interface Nested<Leaf extends string = string> {
  [name: string]: Leaf | Nested<Leaf>
}

/** What is under these names, one below the other; made where there is nothing yet. */
export function nestedAt<Leaf extends string>(
  root: Nested<Leaf>,
  names: readonly string[],
): Nested<Leaf> {
  let at = root
  for (const name of names) {
    const there = at[name]
    const below: Nested<Leaf> = typeof there === 'object' ? there : {}
    if (below !== there) at[name] = below
    at = below
  }
  return at
}
