import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { plainOperations } from '../../records/plain/operations.ts'
import { changeRegType, createRegType, regTypes, removeRegType } from './reg-types.ts'

const changeQuery = {
  ...writeQuery,
  override_capacity_errors: Switch(
    '`true`: allows a capacity below the number of registrants, and a `max_group_size` below a group. Understood in the body as well.',
  ),
}
const mayOverride = (call: Call) => isAsked(call, 'override_capacity_errors')

const plain = plainOperations(regTypes, {
  verbs: {
    create: createRegType,
    change: (db, actor, id, body, call) => changeRegType(db, actor, id, body, mayOverride(call)),
    remove: (db, actor, id, call) => removeRegType(db, actor, id, isAsked(call, 'force')),
  },
})

export const regTypeOperations: Operation[] = [
  plain.create,
  {
    ...plain.update,
    description:
      'Only the given fields change. A capacity lowered below `registrants_count` is 422 and says how many there are, likewise a `max_group_size` below a group that has the type, unless `override_capacity_errors=true`.',
    query: changeQuery,
  },
  { ...plain.upsert, query: changeQuery },
  {
    ...plain.delete,
    query: {
      ...writeQuery,
      force: Switch('`true`: deletes it although registrants have it; they are left without one.'),
    },
    failures: [422],
  },
  plain.list,
  plain.get,
]
