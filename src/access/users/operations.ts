import Type from 'typebox'
import { answerOf, pageSchema, recordSchemas } from '../../http/document/schemas.ts'
import { project, readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { listQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { write } from '../../http/write.ts'
import { listUsers, type UserRow } from './queries.ts'
import { Invited, User, UserInput, userLists } from './schema.ts'
import { changeUser, createUser, forgetUser, invite, mustFindUser, removeUser, showUser } from './users.ts'

const tag = 'Users'
const noun = 'User'
const only = ['owner'] as const
const schemas = recordSchemas('User', User, UserInput)
const invited = answerOf('InvitedUser', Invited)

export const userOperations: Operation[] = [
  {
    spellings: ['POST /users/create', 'POST /users'],
    id: 'createUser',
    tag,
    summary: 'Invite a user',
    description:
      'The answer has `invitation_url`, by which the user sets a password and signs in: hand it over. It works once, within 7 days, and is shown only now, also when the request is repeated.',
    permission: { only },
    query: writeQuery,
    body: schemas.input,
    success: { 201: invited },
    takesKey: false,
    handler: call =>
      write(
        call,
        async ({ db, actor, body }) => {
          const { user, token } = await createUser(db, actor, body)
          return { ...answered(user, linkOf(call, token)), status: 201, location: `/api/v1/users/${user.id}` }
        },
        { remember: false },
      ),
  },
  {
    spellings: ['POST /users/:id/link'],
    id: 'linkUser',
    tag,
    summary: 'Make a new link for a user',
    description: 'By which they set a password; the one before ends. It works once, within 7 days.',
    permission: { only },
    noun,
    query: writeQuery,
    success: { 200: invited },
    takesKey: false,
    failures: [422],
    handler: call =>
      write(
        call,
        async ({ db, actor, id }) => {
          const { user, token } = await invite(db, actor, id)
          return { status: 200, body: { ...showUser(user), invitation_url: linkOf(call, token) } }
        },
        { remember: false },
      ),
  },
  {
    spellings: ['PUT /users/update/:id', 'PUT /users/:id', 'PATCH /users/:id'],
    id: 'updateUser',
    tag,
    summary: 'Update a user',
    description:
      'Only the given members change. Another address, role or list of events signs the user out everywhere. The last owner of all events keeps that role: 422 `last_owner`.',
    permission: { only },
    noun,
    query: writeQuery,
    body: schemas.update,
    success: { 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, id, body }) => answered(await changeUser(db, actor, id, body))),
  },
  {
    spellings: ['DELETE /users/delete/:id', 'DELETE /users/:id'],
    id: 'deleteUser',
    tag,
    summary: 'Delete a user',
    description:
      'Who has written records stays named by number. The last owner of all events stays: 422 `last_owner`.',
    permission: { only },
    noun,
    query: writeQuery,
    failures: [422],
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        await removeUser(db, actor, id)
        return { status: 204 }
      }),
  },
  {
    spellings: ['POST /users/:id/forget'],
    id: 'forgetUser',
    tag,
    summary: 'Forget a user',
    description:
      'Empties name and address, in the change log and in remembered answers, too. The number by which records name the user stays. Forgetting twice changes nothing.',
    permission: { only },
    noun,
    query: writeQuery,
    failures: [422],
    success: { 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, id }) => ({
        status: 200,
        body: showUser(await forgetUser(db, actor, id)),
      })),
  },
  {
    spellings: ['GET /users'],
    id: 'listUsers',
    tag,
    summary: 'List the users of the account',
    permission: { only },
    query: listQuery(userLists),
    reads: userLists,
    success: { 200: pageSchema('User', User) },
    isList: true,
    handler: async call => {
      const listing = readListing(call.query, userLists)
      const { rows, total } = await listUsers(call.db, call.account_id, listing)
      return renderPage(
        rows.map(row => project(showUser(row), listing)),
        total,
        listing,
        call.selfUrl,
      )
    },
  },
  {
    spellings: ['GET /users/:id'],
    id: 'getUser',
    tag,
    summary: 'Get a user',
    permission: { only },
    noun,
    query: projectionQuery(userLists),
    reads: userLists,
    success: { 200: schemas.record },
    handler: async call => {
      const user = await mustFindUser(call.db, call.account_id, call.id)
      tagVersion(call.reply, user.version)
      return project(showUser(user), readProjection(call.query, userLists))
    },
  },
]

const answered = (row: UserRow, invitation_url?: string) => ({
  status: 200 as const,
  body: { ...showUser(row), ...(invitation_url && { invitation_url }) },
  version: row.version,
})

/** The link of an invitation, by a page that sets a password. */
const linkOf = (call: Call, token: string) => `${call.baseUrl}/sign-in/${token}`
