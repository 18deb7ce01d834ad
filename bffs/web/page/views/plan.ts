import { useState } from 'preact/hooks'
import type { AccountQuery, InvoicesQuery, PlanChangeQuery, PlansQuery, SubscribeMutation } from '../../documents.generated.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { money } from '../money.ts'
import { web } from '../state.ts'
import type { Then } from './profiles.ts'

type Membership = NonNullable<AccountQuery['account']['membership']>
type Plan = PlansQuery['plans'][number]
type Shown = Extract<PlanChangeQuery['planChange'], { __typename?: 'PlanChange' }>
type Invoice = InvoicesQuery['invoices'][number]
type Answer = SubscribeMutation['subscribe']

const day = (instant: string): string => new Date(instant).toLocaleDateString()

const states: Readonly<Record<string, (end: string) => string>> = {
  PENDING: () => 'waits for its first payment',
  TRIAL: (end) => `is free until ${day(end)}`,
  ACTIVE: (end) => `is paid until ${day(end)}`,
  PAST_DUE: () => 'waits for a payment that was declined',
  PAUSED: () => 'is paused',
  CANCELED: (end) => `is canceled and ends on ${day(end)}`,
  ENDED: () => 'has ended',
}
const sentence = ({ plan, state, periodEnd }: Membership): string => `${plan.name} ${states[state]?.(periodEnd) ?? ''}.`
const canChange = (membership: Membership | null): boolean => membership?.state === 'ACTIVE' || membership?.state === 'TRIAL'

/** What a change costs, before it is made. */
const Confirm = ({
  shown,
  onConfirm,
  onLeave,
}: {
  readonly shown: Shown
  readonly onConfirm: () => void
  readonly onLeave: () => void
}) => {
  const { plan, currency, chargeMinor, creditMinor, totalMinor, dueMinor, daysLeft, nextChargeAt } = shown
  const result =
    totalMinor < 0 ? `${money(-totalMinor, currency)} is kept for your next invoice.` : `${money(dueMinor, currency)} is charged now.`
  return html`
    <section class="notice" aria-label="Change of plan">
      <p>${plan.name} for the ${daysLeft} days that are left: ${money(chargeMinor, currency)}. Not used of the present plan: −${money(creditMinor, currency)}.</p>
      <p><strong>${result}</strong> From ${day(nextChargeAt)} on: ${money(plan.priceCents, currency)} a month.</p>
      <p class="actions"><button class="primary" onClick=${onConfirm}>Change to ${plan.name}</button><button onClick=${onLeave}>Keep the plan</button></p>
    </section>
  `
}

const InvoiceLine = ({ invoice }: { readonly invoice: Invoice }) => html`
  <li class="device-line">
    <span><strong>No. ${invoice.number}</strong> ${day(invoice.issuedAt)} ${invoice.lines.map(({ text }) => text).join('; ')}</span>
    <span>${money(invoice.totalMinor, invoice.currency)} <span class="hint">${invoice.state.toLowerCase()}</span></span>
  </li>
`

const PlanChoice = ({
  plan,
  isPresent,
  onChoose,
}: {
  readonly plan: Plan
  readonly isPresent: boolean
  readonly onChoose: (plan: Plan) => void
}) => html`
  <li class="device-line">
    <span><strong>${plan.name}</strong> ${money(plan.priceCents, plan.currency)} a month</span>
    <span class="hint">${plan.streamsMax} at once, up to ${plan.heightMax}p</span>
    ${isPresent ? html`<span>Your plan</span>` : html`<button onClick=${() => onChoose(plan)}>Choose ${plan.name}</button>`}
  </li>
`

type Action = 'cancelSubscription' | 'pauseSubscription' | 'resumeSubscription'

/** What can be done with a subscription, by its state. */
const Actions = ({ state, act }: { readonly state: string; readonly act: (name: Action, done: string) => () => Promise<void> }) => html`
  <p class="actions">
    ${state === 'ACTIVE' && html`<button onClick=${act('pauseSubscription', 'Your plan is paused.')}>Pause</button>`}
    ${(state === 'PAUSED' || state === 'CANCELED') && html`<button onClick=${act('resumeSubscription', 'Your plan goes on.')}>Resume</button>`}
    ${state !== '' && state !== 'CANCELED' && state !== 'ENDED' && html`<button onClick=${act('cancelSubscription', 'Your plan is canceled.')}>Cancel the plan</button>`}
  </p>
`

/** The plan of the account: what it is, what another costs, and its invoices. */
export const PlanSection = ({ account, then }: { readonly account: AccountQuery['account']; readonly then: Then }) => {
  const [shown, setShown] = useState<Shown | null>(null)
  const { membership } = account
  const { value: plans } = useLoading('plans', () => web.ask<PlansQuery>('plans'))
  const { value: invoices } = useLoading('invoices', () => web.ask<InvoicesQuery>('invoices'))
  const subscribe = (planId: string, expectedMinor: number | null) => async () =>
    (await web.ask<SubscribeMutation>('subscribe', { planId, expectedMinor })).subscribe
  const choose = async (plan: Plan): Promise<void> => {
    if (!canChange(membership)) return then(`${plan.name} has started.`, subscribe(plan.id, null))
    const { planChange } = await web.ask<PlanChangeQuery>('planChange', { planId: plan.id })
    if ('totalMinor' in planChange) setShown(planChange)
    else await then('', async () => planChange)
  }
  const act = (name: Action, done: string) => () =>
    then(done, async () => (await web.ask<Readonly<Record<string, Answer>>>(name))[name] as Answer)
  return html`
    <h2>Plan</h2>
    <p>${membership === null ? 'You have no plan yet.' : sentence(membership)}</p>
    <ul class="device-lines" aria-label="Plans">${(plans?.plans ?? []).map((plan) => html`<${PlanChoice} key=${plan.id} plan=${plan} isPresent=${membership?.state !== 'ENDED' && membership?.plan.id === plan.id} onChoose=${choose} />`)}</ul>
    ${shown !== null && html`<${Confirm} shown=${shown} onConfirm=${() => then(`Your plan is ${shown.plan.name} now.`, subscribe(shown.plan.id, shown.totalMinor))} onLeave=${() => setShown(null)} />`}
    <${Actions} state=${membership?.state ?? ''} act=${act} />
    <h3>Invoices</h3>
    <ul class="device-lines" aria-label="Invoices">${(invoices?.invoices ?? []).map((invoice) => html`<${InvoiceLine} key=${invoice.number} invoice=${invoice} />`)}</ul>
  `
}
