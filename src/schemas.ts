import * as changeSchemas from './changes/schema.ts'
import { EventQuestion, EventQuestionBody } from './event-questions/schema.ts'
import { CloneInput, Event, EventInput } from './events/schema.ts'
import { recordSchemas } from './http/schemas.ts'
import { Location, LocationInput } from './locations/schema.ts'
import { mailSchemas } from './mail/schema.ts'
import * as oauthSchemas from './oauth/schema.ts'
import * as privacySchemas from './privacy/schema.ts'
import { RegType, RegTypeInput } from './reg-types/schema.ts'
import { RegistrantGroup, RegistrantGroupInput } from './registrant-groups/schema.ts'
import { CheckInInput, Registrant, RegistrantBody } from './registrants/schema.ts'
import * as resumeSchemas from './resume/schema.ts'
import { seatSchemas } from './seats/schema.ts'
import { SessionField, SessionFieldBody } from './session-fields/schema.ts'
import { Session, SessionBody } from './sessions/schema.ts'
import { Track, TrackInput } from './tracks/schema.ts'

/** Every schema that operations refer to by its name. */
export const namedSchemas = {
  ...oauthSchemas,
  ...recordSchemas('Event', Event, EventInput),
  CloneInput,
  ...recordSchemas('Track', Track, TrackInput),
  ...recordSchemas('Location', Location, LocationInput),
  ...recordSchemas('SessionField', SessionField, SessionFieldBody),
  ...recordSchemas('Session', Session, SessionBody),
  ...recordSchemas('RegType', RegType, RegTypeInput),
  ...recordSchemas('RegistrantGroup', RegistrantGroup, RegistrantGroupInput),
  ...recordSchemas('EventQuestion', EventQuestion, EventQuestionBody),
  ...recordSchemas('Registrant', Registrant, RegistrantBody),
  CheckInInput,
  ...seatSchemas,
  ...mailSchemas,
  ...privacySchemas,
  ...resumeSchemas,
  ...changeSchemas,
}
