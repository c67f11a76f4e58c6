import { hostNames } from '../host-profile.ts'

/** A name that is no host's. */
export class HostNameError extends Error {
  override readonly name = 'HostNameError'
  readonly code = 'HOST_UNKNOWN'
}

/**
 * The host that people mean, for those who read its files.
 *
 * @param name of a folder in specs/hosts; whatever has a slash is a path, and stays as it is
 * @throws HostNameError
 */
export function hostNamed(name: string): string {
  const known = hostNames()
  if (name.includes('/') || known.includes(name)) return name
  throw new HostNameError(
    `no host is called ${name}; known are ${known.join(', ')}; for a folder write ./${name}`,
  )
}
