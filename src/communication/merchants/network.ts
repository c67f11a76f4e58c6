/**
 * Whom an address belongs to, as far as the address says: an IPv4 address is one customer's, and of
 * an IPv6 address the first 64 bits are (RFC 6177), for the rest costs nothing to change.
 *
 * @param address as the socket gives it
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':')
  const tailGroups = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::') ? 8 - groups.length - tailGroups.length : 0
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...tailGroups]
  return `${all
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')}::/64`
}
