export type Found = { readonly name: string; readonly isSkipped: boolean }

/** The tests of a file as they stand in its text; a name that is put together at run time stands there with its `${…}`. */
export const testsIn = (text: string): readonly Found[] =>
  [...text.matchAll(/\b(?:test|run|promise)(\.\w+)?\(\s*(['"`])((?:\\.|(?!\2)[\s\S])*?)\2(,\s*\{[^}]*\})?/g)].map(
    ([, modifier, , name = '', options = '']) => ({
      name: name.replaceAll(/\\(.)/g, '$1'),
      isSkipped: modifier !== undefined || /\b(?:skip|todo|only)\b/.test(options),
    }),
  )
