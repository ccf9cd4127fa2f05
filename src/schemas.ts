import type { TSchema } from 'typebox'
import * as oauthSchemas from './access/oauth/schema.ts'
import { mailSchemas } from './delivery/mail/schema.ts'
import { failureSchemas, forAnswers, recordSchemas, tellDefaults } from './http/schemas.ts'
import { CloneInput, Event, EventInput, WrittenEvent } from './programme/events/schema.ts'
import { Location, LocationInput } from './programme/locations/schema.ts'
import { SessionField, SessionFieldBody } from './programme/session-fields/schema.ts'
import { Session, SessionBody, timeDetails, WrittenSession } from './programme/sessions/schema.ts'
import { Track, TrackInput } from './programme/tracks/schema.ts'
import { Change, ChangePage } from './records/changes/schema.ts'
import { EventQuestion, EventQuestionBody } from './registration/event-questions/schema.ts'
import * as resumeSchemas from './registration/personal-links/schema.ts'
import * as privacySchemas from './registration/privacy/schema.ts'
import { RegType, RegTypeInput } from './registration/reg-types/schema.ts'
import { RegistrantGroup, RegistrantGroupInput } from './registration/registrant-groups/schema.ts'
import { CheckedIn, CheckInInput } from './registration/registrants/check-in-schema.ts'
import { Registrant, RegistrantBody, WrittenRegistrant } from './registration/registrants/schema.ts'
import { faultDetails, seatSchemas } from './seats/schema.ts'

const schemas = {
  ...failureSchemas({ ...faultDetails, ...timeDetails }),
  ...oauthSchemas,
  ...recordSchemas('Event', Event, EventInput),
  WrittenEvent,
  CloneInput,
  ...recordSchemas('Track', Track, TrackInput),
  ...recordSchemas('Location', Location, LocationInput),
  ...recordSchemas('SessionField', SessionField, SessionFieldBody),
  ...recordSchemas('Session', Session, SessionBody),
  WrittenSession,
  ...recordSchemas('RegType', RegType, RegTypeInput),
  ...recordSchemas('RegistrantGroup', RegistrantGroup, RegistrantGroupInput),
  ...recordSchemas('EventQuestion', EventQuestion, EventQuestionBody),
  ...recordSchemas('Registrant', Registrant, RegistrantBody),
  WrittenRegistrant,
  CheckedIn,
  CheckInInput: tellDefaults(CheckInInput),
  ...seatSchemas,
  ...mailSchemas,
  ...privacySchemas,
  ...resumeSchemas,
  Change,
  ChangePage,
}

/** Every schema that operations refer to by its name. */
export const namedSchemas: Record<string, TSchema> = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => [
    name,
    /(?:Input|Update|Upsert)$/.test(name) ? schema : forAnswers(schema),
  ]),
)
