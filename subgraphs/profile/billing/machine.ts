/** What a subscription can be. */
export const states = ['pending', 'trial', 'active', 'pastDue', 'paused', 'canceled', 'ended'] as const
export type State = (typeof states)[number]

/** What can happen to one. */
export const happenings = [
  'begin',
  'try',
  'paid',
  'declined',
  'renew',
  'change',
  'pause',
  'resume',
  'cancel',
  'periodOver',
  'giveUp',
] as const
export type Happening = (typeof happenings)[number]

/**
 * Every transition that there is; what does not stand here is refused. `pending`: its first payment is not made yet. `canceled`: it
 * lasts until its period is over. NOTE: a payment that was begun before a member canceled can still come out either way.
 */
export const machine: Readonly<Record<State, Readonly<Partial<Record<Happening, State>>>>> = {
  pending: { paid: 'active', declined: 'ended', cancel: 'ended' },
  trial: { change: 'trial', cancel: 'canceled', renew: 'active' },
  active: { change: 'active', pause: 'paused', cancel: 'canceled', renew: 'active', paid: 'active', declined: 'pastDue' },
  pastDue: { paid: 'active', declined: 'pastDue', cancel: 'ended', giveUp: 'ended' },
  paused: { resume: 'active', cancel: 'ended' },
  canceled: { resume: 'active', periodOver: 'ended', paid: 'canceled', declined: 'ended' },
  ended: { begin: 'pending', try: 'trial' },
}

/** The state that follows one that is kept; null when nothing of the kind can happen in it. */
export const nextState = (state: string, happening: Happening): State | null => machine[state as State]?.[happening] ?? null

/** Whether films may be played. Who is past due is given the time of the payment's further tries. */
export const mayWatch = (state: State): boolean => state === 'trial' || state === 'active' || state === 'pastDue' || state === 'canceled'
