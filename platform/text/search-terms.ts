import anyAscii from 'any-ascii'

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })
const han = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
/** NOTE: in scripts of India and Thailand marks are vowels, and a word without them is another word. */
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu
const latinBeyondAscii = /[\p{Script=Latin}--\p{ASCII}]+/gv
const isOtherThanLatin = /[\p{L}--\p{Script=Latin}]/v

/** Lower case without accents, Latin letters as ASCII: `Amélie` and `amelie` are one word, so are `Żółty` and `zolty`. */
export const fold = (text: string): string =>
  text.normalize('NFKD').replace(accents, '').normalize('NFC').toLowerCase().replace(latinBeyondAscii, anyAscii)

const withoutSigns = (text: string): string => text.normalize('NFKC').replaceAll(/['’]/g, '').replaceAll('&', ' and ')

/** Words of a text for indexing and asking alike; runs of Han, Kana or Hangul become overlapping pairs. */
export const searchTerms = (text: string): string[] =>
  [...segmenter.segment(withoutSigns(text))]
    .filter((part) => part.isWordLike)
    .flatMap((part) => (han.test(part.segment) ? part.segment : fold(part.segment)))
    .flatMap(pairs)

const pairs = (word: string): string[] => {
  const signs = [...word]
  if (!han.test(word) || signs.length < 3) return [word]
  return signs.slice(0, -1).map((sign, at) => sign + (signs[at + 1] ?? ''))
}

/** A whole text folded: letters, digits and single spaces. */
export const phraseOf = (text: string): string =>
  fold(withoutSigns(text))
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()

/** The ways in which a name is typed: as it is written, and in Latin letters when it is written in others. */
export const spellingsOf = (name: string): readonly string[] =>
  [phraseOf(name), ...(isOtherThanLatin.test(name) ? [phraseOf(anyAscii(name))] : [])].filter((phrase) => phrase !== '')

/** Runs of three letters of a phrase, each once, with the beginnings of words marked by two spaces. */
export const gramsOf = (phrase: string): readonly string[] => {
  const grams = new Set<string>()
  for (const word of phrase.split(' ')) {
    const padded = `  ${word} `
    for (let at = 0; at + 3 <= padded.length; at += 1) grams.add(padded.slice(at, at + 3))
  }
  return [...grams]
}
