import Type from 'typebox'
import { type Db, transaction } from '../../db/connection.ts'
import { invalid, notFound } from '../../errors.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { write } from '../../http/write.ts'
import {
  deleteImages,
  findImageOf,
  lockPictured,
  type Pictured,
  pictured,
  replaceImage,
  writePictureUrl,
} from '../../records/images/queries.ts'
import { largestFile, readPicture } from './pictures.ts'

const tag = 'Images'
const where =
  'Of a speaker, registrant or contact `profile_picture`, of a sponsor `logo_id`, of an event `logo` or `picture`, of a session `picture`.'

const Uploaded = answerOf(
  'Image',
  Type.Object({
    message: Type.String({ description: 'For people.', examples: ['File Uploaded Successfully'] }),
    status: Type.Integer({ description: 'The status of the answer.', examples: [200] }),
    type: Type.String({ description: 'What it is of.', examples: ['speaker'] }),
    id: Type.String({ description: 'The id of that, as text, as the hosted API has it.', examples: ['321'] }),
    field: Type.String({ description: 'The member that has the address.', examples: ['profile_picture'] }),
    url: Type.String({
      description: 'Where the picture is served; another address after each upload.',
      examples: ['https://lectern.example/images/Zm9vYmFyYmF6.jpeg'],
    }),
  }),
)
const Retrieved = answerOf(
  'StoredImage',
  Type.Object({
    ...Uploaded.properties,
    id: Type.Integer({ description: 'The id of that.', examples: [321] }),
  }),
)

const path = {
  type: Type.String({
    description: '`speaker`, `registrant`, `contact`, `sponsor`, `event` or `session`.',
    examples: ['speaker'],
  }),
  attribute: Type.String({ description: 'The member that has the address.', examples: ['profile_picture'] }),
}

export const imageOperations: Operation[] = [
  {
    spellings: ['PUT /image/:type/:id/:attribute'],
    path,
    id: 'uploadImage',
    tag,
    summary: 'Upload a picture',
    description: `A JPEG, PNG, WebP or GIF of at most 5 MB and 40 megapixels, as the part \`file\` of a form. It is written anew, without metadata. ${where} The member then has its address.`,
    query: writeQuery,
    bodyTypes: ['multipart/form-data'],
    takesFile: largestFile,
    takesKey: false,
    body: bodyOf(
      'ImageInput',
      Type.Object({
        file: Type.Unsafe<Buffer>({
          type: 'string',
          format: 'binary',
          description: 'The picture.',
          examples: ['…'],
        }),
      }),
    ),
    failures: [404, 412, 422],
    success: { 200: Uploaded },
    handler: async call => {
      const place = placeOf(call)
      const image = await readPicture(call.body.file)
      return write(
        call,
        async ({ db, actor }) => {
          const url = urlOf(call, image)
          await transaction(db, async tx => {
            await mustLock(tx, call, place)
            await replaceImage(tx, actor, place, image)
            await writePictureUrl(tx, actor, place, url)
          })
          const { kind: type, id, attribute: field } = place
          return {
            status: 200,
            body: { message: 'File Uploaded Successfully', status: 200, type, id: String(id), field, url },
          }
        },
        { remember: false },
      )
    },
  },
  {
    spellings: ['GET /image/:type/:id/:attribute'],
    path,
    id: 'getImage',
    tag,
    summary: 'Get where a picture is served',
    description: where,
    success: { 200: Retrieved },
    failures: [404],
    handler: async call => {
      const place = placeOf(call)
      const { kind: type, id, attribute: field } = place
      const image = await findImageOf(call.db, call.account_id, type, id, field)
      if (!image) throw notFound('Image', `of ${type} ${id}`)
      return { message: 'File Retrieved Successfully', status: 200, type, id, field, url: urlOf(call, image) }
    },
  },
  {
    spellings: ['DELETE /image/:type/:id/:attribute'],
    path,
    id: 'deleteImage',
    tag,
    summary: 'Delete a picture',
    description: `The member is empty then. ${where}`,
    query: writeQuery,
    takesKey: false,
    failures: [404, 412],
    success: { 204: Type.Null() },
    handler: call =>
      write(
        call,
        async ({ db, actor }) => {
          const place = placeOf(call)
          await transaction(db, async tx => {
            await mustLock(tx, call, place)
            await deleteImages(tx, place.kind, place.id, place.attribute)
            await writePictureUrl(tx, actor, place, null)
          })
          return { status: 204 }
        },
        { remember: false },
      ),
  },
]

type Place = { kind: Pictured; id: number; attribute: string }

/** What a picture is of. Throws 404 for what has none. */
function placeOf(call: Call): Place {
  const [type, attribute] = [call.parameter('type'), call.parameter('attribute')]
  const known = Object.hasOwn(pictured, type) ? pictured[type as Pictured] : undefined
  if (!known || !(known.attributes as readonly string[]).includes(attribute))
    throw notFound('Image', `${attribute.slice(0, 100)} of ${type.slice(0, 100)}`)
  return { kind: type as Pictured, id: call.idOf(type), attribute }
}

async function mustLock(db: Db, { account_id, actor }: Call, { kind, id }: Place): Promise<void> {
  const owner = await lockPictured(db, account_id, kind, id)
  if (!owner) throw notFound(kind[0]!.toUpperCase() + kind.slice(1), id)
  mustMatchVersion(actor.ifMatch, owner.version)
  if (owner.forgotten)
    throw invalid([{ field: 'id', type: 'forgotten', message: 'Who it is of was forgotten.' }])
}

const urlOf = ({ baseUrl }: Call, { secure_id, format }: { secure_id: string; format: string }) =>
  `${baseUrl}/images/${secure_id}.${format}`
