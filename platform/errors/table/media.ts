import { type Row, row } from '#platform/errors/row.ts'

/** Streams, objects, uploads and films. */
export const media = {
  STREAM_TOKEN_INVALID: row(403, 'STREAM_TOKEN_INVALID', false, () => 'This stream address is not valid. Ask for a new one with `play`.'),
  PAYMENT_EVENT_INVALID: row(
    403,
    'FORBIDDEN',
    false,
    () => 'This is not signed by the payment processor. Look at the secret of its webhook.',
  ),
  STREAM_TOKEN_EXPIRED: row(403, 'STREAM_TOKEN_EXPIRED', false, () => 'This stream address has expired. Ask for a new one with `play`.'),
  RANGE_INVALID: row(416, 'RANGE_INVALID', false, (d) => `The range lies outside the ${d.size} bytes of this object.`),
  PRECONDITION_FAILED: row(
    412,
    'PRECONDITION_FAILED',
    false,
    () => 'The object has changed meanwhile, or is there already. Read it again first.',
  ),
  OBJECT_CORRUPT: row(500, 'OBJECT_CORRUPT', false, () => 'A stored object is damaged: its checksum differs. Restore it from a backup.'),
  SEARCH_UNAVAILABLE: row(503, 'SEARCH_UNAVAILABLE', true, (d) => `The search index does not answer (${d.why}). Try again in a moment.`),
  STORE_UNAVAILABLE: row(503, 'STORE_UNAVAILABLE', true, (d) => `The object store does not answer (${d.why}). Try again in a moment.`),
  ORIGIN_UNAVAILABLE: row(502, 'ORIGIN_UNAVAILABLE', true, () => 'The origin does not answer. Try another edge.'),
  SOURCE_UNREADABLE: row(422, 'SOURCE_UNREADABLE', false, (d) => `The film cannot be read: ${d.why}. Export it again and upload that.`),
  SOURCE_WITHOUT_VIDEO: row(422, 'SOURCE_WITHOUT_VIDEO', false, () => 'The file has no video track. Upload a file that has one.'),
  SOURCE_TOO_LARGE: row(413, 'SOURCE_TOO_LARGE', false, (d) => `The film is too large: ${d.why}. ${d.advice}.`),
  UPLOAD_CHECKSUM: row(422, 'UPLOAD_CHECKSUM', true, () => 'What arrived differs from what was sent (SHA-256). Upload it again.'),
  UPLOAD_INCOMPLETE: row(409, 'UPLOAD_INCOMPLETE', true, (d) => `Part ${d.part} of the upload is missing. Send it, then finish again.`),
  UPLOAD_ADDRESS_INVALID: row(
    403,
    'UPLOAD_ADDRESS_INVALID',
    false,
    () => 'This is no address of an upload. Use those that `startUpload` gave, unchanged.',
  ),
  UPLOAD_ADDRESS_EXPIRED: row(
    403,
    'UPLOAD_ADDRESS_EXPIRED',
    false,
    () => 'This address of an upload is too old. Start the upload again, with `startUpload`.',
  ),
  UPLOAD_CLOSED: row(409, 'UPLOAD_CLOSED', false, () => 'This upload is finished and takes no more parts. Start another for another film.'),
  ENCODE_FAILED: row(500, 'ENCODE_FAILED', true, (d) => `The encoder stopped: ${d.why}`),
  INTERNAL: row(500, 'INTERNAL_SERVER_ERROR', true, () => 'Something failed on our side. It is logged under the trace id of this answer.'),
} as const satisfies Record<string, Row>
