const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. '

/**
 * Every text that differs from a signed one in one character: changed, left out or added, at any place. The characters
 * include those that decoders of base64url forgive. `places` are the positions tried; all of them when left out.
 */
export function* otherSpellings(signed: string, places?: readonly number[]): Generator<string> {
  for (const at of places ?? Array.from({ length: signed.length + 1 }, (_, place) => place)) {
    const [head, here, tail] = [signed.slice(0, at), signed.slice(at, at + 1), signed.slice(at + 1)]
    for (const character of alphabet) {
      yield `${head}${character}${here}${tail}`
      if (here !== '' && character !== here) yield `${head}${character}${tail}`
    }
    if (here !== '') yield `${head}${tail}`
  }
  yield `${signed}.x`
  yield `${signed}==`
  yield `${signed}\n`
}
