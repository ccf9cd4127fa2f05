import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isAsked, isOn, type Query, Switch } from '../../http/query.ts'
import { route, writeQuery } from '../../http/route.ts'
import { plainOperations } from '../../records/plain/operations.ts'
import { changeRegType, createRegType, regTypes, removeRegType } from './reg-types.ts'

const changeQuery = {
  ...writeQuery,
  override_capacity_errors: Switch(
    '`true`: allows a capacity below the number of registrants, and a `max_group_size` below a group. Understood in the body as well.',
  ),
}
const mayOverride = (request: FastifyRequest) => isAsked(request, 'override_capacity_errors')

export function regTypeRoutes(app: FastifyInstance): void {
  const operations = plainOperations(regTypes, {
    create: createRegType,
    change: (db, actor, id, body, request) => changeRegType(db, actor, id, body, mayOverride(request)),
    remove: (db, actor, id, request) => removeRegType(db, actor, id, isOn(request.query as Query, 'force')),
  })
  route(app, operations.create)
  route(app, {
    ...operations.update,
    description:
      'Only the given fields change. A capacity lowered below `registrants_count` is 422 and says how many there are, likewise a `max_group_size` below a group that has the type, unless `override_capacity_errors=true`.',
    query: changeQuery,
  })
  route(app, { ...operations.upsert, query: changeQuery })
  route(app, {
    ...operations.delete,
    query: {
      ...writeQuery,
      force: Switch('`true`: deletes it although registrants have it; they are left without one.'),
    },
    failures: [422],
  })
  route(app, operations.list)
  route(app, operations.get)
}
