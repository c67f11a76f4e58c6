/**
 * Whether an RSA modulus has the mark of keys that the flawed Infineon library made
 * (CVE-2017-15361, "ROCA"), which can be factored: modulo each small prime it is a power of 65537.
 * A good key has it once in 2^27.
 *
 * @see Nemec et al., The Return of Coppersmith's Attack, CCS 2017, section 4
 */
export function hasRocaMark(modulus: bigint): boolean {
  return POWERS.every(([prime, powers]) => powers.has(Number(modulus % BigInt(prime))))
}

const PRIMES = [
  11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157, 3, 5, 7, 23, 29, 31, 41,
  43, 47, 59, 67, 83, 89, 101, 113, 131, 137, 139, 149, 163, 167,
]

const POWERS = PRIMES.map((prime) => [prime, powersOf(65_537 % prime, prime)] as const)

function powersOf(generator: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * generator) % prime) powers.add(power)
  return powers
}
