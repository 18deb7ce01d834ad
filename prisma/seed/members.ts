import { integerBetween, oneOf, seededRandom } from './random.ts'
import type { SeedTitle } from './titles.ts'

/** The member whose name and password the page fills in. Fixed, because a demo is for looking at. */
export const demoMember = { email: 'demo@cinegraph.example', password: 'popcorn-demo' } as const
export const operatorEmail = 'operator@cinegraph.example'

export const seedPlans = [
  { id: 'basic', name: 'Basic', priceCents: 599, currency: 'USD', streamsMax: 1, heightMax: 720 },
  { id: 'standard', name: 'Standard', priceCents: 1199, currency: 'USD', streamsMax: 2, heightMax: 1080 },
  { id: 'premium', name: 'Premium', priceCents: 1799, currency: 'USD', streamsMax: 4, heightMax: 2160 },
]

const profile = (id: string, name: string, avatar: string, rest: { readonly maturityLimit?: number; readonly language?: string } = {}) => ({
  id,
  name,
  avatar,
  maturityLimit: 18,
  language: 'en',
  kids: (rest.maturityLimit ?? 18) < 13,
  ...rest,
})

/** Accounts, with the plan of those whose subscription is active. */
export const seedMembers = [
  {
    id: 'a-demo',
    email: demoMember.email,
    planId: 'premium',
    active: true,
    profiles: [
      profile('p-ada', 'Ada', 'ember'),
      profile('p-grace', 'Grace', 'tide', { language: 'fr' }),
      profile('p-kids', 'Kids', 'moss', { maturityLimit: 6 }),
    ],
  },
  {
    id: 'a-noor',
    email: 'noor@cinegraph.example',
    planId: 'premium',
    active: true,
    profiles: [profile('p-noor', 'Noor', 'plum'), profile('p-sam', 'Sam', 'sand', { maturityLimit: 12 })],
  },
  { id: 'a-lapsed', email: 'lapsed@cinegraph.example', planId: 'basic', active: false, profiles: [profile('p-lars', 'Lars', 'dusk')] },
  { id: 'a-new', email: 'new@cinegraph.example', planId: null, active: false, profiles: [profile('p-wim', 'Wim', 'sand')] },
] as const

export type SeedViewing = { readonly profileId: string; readonly titleId: string; readonly share: number; readonly daysAgo: number }

/** What the members have watched: each has a taste of two genres. */
export const seedViewings = (titles: readonly SeedTitle[]): readonly SeedViewing[] => {
  const random = seededRandom(77)
  const films = titles.filter((title) => title.kind === 'FILM')
  return seedMembers.flatMap(({ profiles }) =>
    profiles.flatMap(({ id: profileId, maturityLimit }) => {
      const suitable = films.filter((film) => film.maturity <= maturityLimit)
      const liked = oneOf(random, suitable).genres
      const taste = suitable.filter((film) => film.genres.some((genre) => liked.includes(genre))).slice(0, integerBetween(random, 6, 10))
      return taste.map((film, at) => ({ profileId, titleId: film.id, share: at < 3 ? 0.15 + 0.6 * random() : 1, daysAgo: at + 1 }))
    }),
  )
}
