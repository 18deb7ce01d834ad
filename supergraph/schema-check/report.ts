import type { Change, Comparison, Level } from './compare.ts'
import type { Place } from './uses.ts'

export type Reported = Comparison & { readonly against: string }

const order: readonly Level[] = ['breaking', 'dangerous', 'safe']
const places = (at: readonly Place[]): string => at.map(({ file, line }) => `${file}:${line}`).join(', ')
const isUsed = ({ usedAt }: Change): boolean => usedAt.length > 0

/** Whether something must not be released: what does not fit together, or a change that breaks a document in the repository. */
export const isRefused = ({ faults, changes }: Comparison, isStrict: boolean): boolean =>
  faults.length > 0 || changes.some((change) => change.level === 'breaking' && (isStrict || isUsed(change)))

const countOf = (changes: readonly Change[]): string => {
  const counts = order.map((level) => `${changes.filter((change) => change.level === level).length} ${level}`)
  return changes.length === 0 ? 'nothing has changed' : `changes: ${counts.join(', ')}`
}

/** For a terminal. One line when there is nothing to look at. */
export const asText = ({ against, faults, changes }: Reported): string => {
  const wrong = faults.map(({ at, message }) => `fault      ${at === undefined ? '' : `${places([at])}  `}${message}`)
  const told = order
    .slice(0, 2)
    .flatMap((level) =>
      changes
        .filter((change) => change.level === level)
        .flatMap((change) => [
          `${level.padEnd(10)} ${change.contract}: ${change.message}`,
          `           ${isUsed(change) ? `used at ${places(change.usedAt)}` : 'no document in this repository uses it'}`,
        ]),
    )
  return [`Against ${against}: ${countOf(changes)}${faults.length > 0 ? `; faults: ${faults.length}` : ''}.`, ...wrong, ...told].join('\n')
}

const escaped = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('\n', '<br>').replaceAll('<', '&lt;').replaceAll('&lt;br>', '<br>')

/** For a pull request, in Markdown. */
export const asMarkdown = (reported: Reported, isStrict: boolean): string => {
  const { against, faults, changes, unused } = reported
  const rows = order.flatMap((level) =>
    changes
      .filter((change) => change.level === level)
      .map(({ contract, message, usedAt }) => `| ${level} | ${contract} | ${escaped(message)} | ${places(usedAt) || '–'} |`),
  )
  return [
    `## Schema: ${isRefused(reported, isStrict) ? 'do not release' : 'fine'}`,
    '',
    `Against \`${against}\`: ${countOf(changes)}.`,
    ...(faults.length === 0
      ? []
      : [
          '',
          '### Faults',
          '',
          ...faults.map(({ at, message }) => `- ${at === undefined ? '' : `\`${places([at])}\` `}${escaped(message)}`),
        ]),
    ...(rows.length === 0 ? [] : ['', '| change | schema | what | used at |', '| --- | --- | --- | --- |', ...rows]),
    ...(unused.length === 0
      ? []
      : [
          '',
          `<details><summary>${unused.length} fields of the supergraph that no document in this repository asks for</summary>`,
          '',
          unused.map((each) => `\`${each}\``).join(', '),
          '',
          '</details>',
        ]),
    '',
  ].join('\n')
}
