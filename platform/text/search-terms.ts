const segmenter = new Intl.Segmenter('und', { granularity: 'word' })
const han = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** Lower case without accents: `Amélie` and `amelie` are one word. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** Words of a text for indexing and asking alike; runs of Han, Kana or Hangul become overlapping pairs. */
export const searchTerms = (text: string): string[] =>
  [...segmenter.segment(text.normalize('NFKC').replaceAll(/['’]/g, ''))]
    .filter((part) => part.isWordLike)
    .flatMap((part) => (han.test(part.segment) ? part.segment : fold(part.segment)))
    .flatMap(pairs)

const pairs = (word: string): string[] => {
  const signs = [...word]
  if (!han.test(word) || signs.length < 3) return [word]
  return signs.slice(0, -1).map((sign, at) => sign + (signs[at + 1] ?? ''))
}
