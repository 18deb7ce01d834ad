import { z } from 'zod'

/** An id of ours: of a profile, title, session, upload or device. */
export const Id = z.string().min(1).max(64)
/** An instant: ISO 8601 in UTC. */
export const Instant = z.iso.datetime()
/** An e-mail address as sign-up accepts it and events carry it; RFC 5321 §4.5.3.1.3 limits its length. */
export const EmailAddress = z.email().max(254)
