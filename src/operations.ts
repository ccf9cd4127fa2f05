import { metadataOperations, oauthOperations } from './access/oauth/operations.ts'
import { ownOperations, signInOperations } from './access/sign-in/operations.ts'
import { userOperations } from './access/users/operations.ts'
import { mailOperations } from './delivery/mail/operations.ts'
import type { OperationList } from './http/document/openapi.ts'
import { documentOperations } from './http/document/served.ts'
import type { Operation } from './http/operation.ts'
import { healthOperations } from './http/server/health.ts'
import type { Parts } from './parts.ts'
import { cfsContactOperations } from './programme/cfs-contacts/operations.ts'
import { cfsLinkOperations } from './programme/cfs-links/operations.ts'
import { conflictOperations } from './programme/conflicts/operations.ts'
import { decisionOperations } from './programme/decisions/operations.ts'
import { eventOperations } from './programme/events/operations.ts'
import { exportOperations } from './programme/export/operations.ts'
import { feeOperations } from './programme/fees/operations.ts'
import { imageOperations } from './programme/images/operations.ts'
import { importOperations } from './programme/import/operations.ts'
import { locations } from './programme/locations/locations.ts'
import { notSoldOperations } from './programme/not-sold/operations.ts'
import { reviewOperations } from './programme/reviews/operations.ts'
import { scheduleOperations } from './programme/schedule/operations.ts'
import { sessionFieldOperations } from './programme/session-fields/operations.ts'
import { sessionOperations } from './programme/sessions/operations.ts'
import { timeDetails } from './programme/sessions/times.ts'
import { speakerFieldOperations } from './programme/speaker-fields/operations.ts'
import { speakerOperations } from './programme/speakers/operations.ts'
import { sponsorFieldOperations } from './programme/sponsor-fields/operations.ts'
import { sponsorOperations } from './programme/sponsors/operations.ts'
import { submissionOperations } from './programme/submissions/operations.ts'
import { submissionDetails } from './programme/submissions/schema.ts'
import { tracks } from './programme/tracks/tracks.ts'
import { changeOperations } from './records/changes/operations.ts'
import { plainOperations } from './records/plain/operations.ts'
import { attendanceOperations } from './registration/attendance/operations.ts'
import { contactOperations } from './registration/contacts/operations.ts'
import { seatOperations } from './registration/desk/operations.ts'
import { eventQuestionOperations } from './registration/event-questions/operations.ts'
import { personalLinkOperations } from './registration/personal-links/operations.ts'
import { privacyOperations } from './registration/privacy/operations.ts'
import { regTypeOperations } from './registration/reg-types/operations.ts'
import { registrantGroups } from './registration/registrant-groups/registrant-groups.ts'
import { registrantOperations } from './registration/registrants/operations.ts'
import { scanOperations } from './registration/scans/operations.ts'
import { faultDetails } from './seats/schema.ts'

/** What everybody may ask. */
export const openOperations: Operation<Parts>[] = [
  ...signInOperations,
  ...healthOperations,
  ...metadataOperations,
  ...documentOperations,
]

/** What holders of a credential may ask. */
export const credentialOperations: Operation<Parts>[] = oauthOperations

/** What holders of a token may ask, below `base`. */
export const base = '/api/v1'
export const tokenOperations: Operation<Parts>[] = [
  ...eventOperations,
  ...importOperations,
  ...exportOperations,
  ...conflictOperations,
  ...scheduleOperations,
  ...Object.values(plainOperations(tracks)),
  ...Object.values(plainOperations(locations)),
  ...sessionFieldOperations,
  ...speakerFieldOperations,
  ...sessionOperations,
  ...speakerOperations,
  ...feeOperations,
  ...sponsorFieldOperations,
  ...sponsorOperations,
  ...submissionOperations,
  ...decisionOperations,
  ...cfsContactOperations,
  ...cfsLinkOperations,
  ...reviewOperations,
  ...regTypeOperations,
  ...Object.values(plainOperations(registrantGroups)),
  ...eventQuestionOperations,
  ...contactOperations,
  ...registrantOperations,
  ...seatOperations,
  ...attendanceOperations,
  ...scanOperations,
  ...mailOperations,
  ...privacyOperations,
  ...personalLinkOperations,
  ...notSoldOperations,
  ...ownOperations,
  ...userOperations,
  ...imageOperations,
  ...changeOperations,
]

/** All operations, in the order of the document. */
export const operationLists: OperationList[] = [
  { prefix: '', operations: openOperations },
  { prefix: '', operations: credentialOperations },
  { prefix: base, operations: tokenOperations },
]

/** What entries of a 422 may say besides field, message and type. */
export const details = { ...faultDetails, ...timeDetails, ...submissionDetails }
