/**
 * Whether a text is what base64url makes of the bytes that it stands for (RFC 4648, section 3.5). Decoders forgive other
 * characters, padding, and bits of the last character that carry nothing; a signature must have one spelling only.
 */
export const isCanonicalBase64url = (text: string): boolean => Buffer.from(text, 'base64url').toString('base64url') === text

/** Whether each of the three parts of a JWT has that one spelling (RFC 7515, section 2: no padding, no white space). */
export const isCanonicalJwt = (token: string): boolean => {
  const parts = token.split('.')
  return parts.length === 3 && parts.every(isCanonicalBase64url)
}
