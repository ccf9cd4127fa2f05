import type { TSchema } from 'typebox'
import { Change, ChangePage } from './changes/schema.ts'
import { EventQuestion, EventQuestionBody } from './event-questions/schema.ts'
import { CloneInput, Event, EventInput, WrittenEvent } from './events/schema.ts'
import { failureSchemas, forAnswers, recordSchemas, tellDefaults } from './http/schemas.ts'
import { Location, LocationInput } from './locations/schema.ts'
import { mailSchemas } from './mail/schema.ts'
import * as oauthSchemas from './oauth/schema.ts'
import * as privacySchemas from './privacy/schema.ts'
import { RegType, RegTypeInput } from './reg-types/schema.ts'
import { RegistrantGroup, RegistrantGroupInput } from './registrant-groups/schema.ts'
import { CheckedIn, CheckInInput } from './registrants/check-in-schema.ts'
import { Registrant, RegistrantBody, WrittenRegistrant } from './registrants/schema.ts'
import * as resumeSchemas from './resume/schema.ts'
import { faultDetails, seatSchemas } from './seats/schema.ts'
import { SessionField, SessionFieldBody } from './session-fields/schema.ts'
import { Session, SessionBody, timeDetails, WrittenSession } from './sessions/schema.ts'
import { Track, TrackInput } from './tracks/schema.ts'

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
