import sharp from 'sharp'
import { ApiError, invalid } from '../../errors.ts'
import { Turns } from '../../http/turns.ts'
import type { Image } from '../../records/images/queries.ts'
import { newSecureId } from '../../records/secure-id.ts'

/** Largest picture, in bytes. */
export const largestFile = 5 * 1024 * 1024
/** Most pixels of a picture that is read. */
const mostPixels = 40_000_000
/** The longer side of a picture as it is stored, in pixels. */
const longestSide = 2000
/** Pictures that are worked on at once, and that may wait. */
const turns = new Turns({
  atOnce: 2,
  waiting: 20,
  refusal: 'Too many pictures come at this moment. Try again in a second.',
})

sharp.cache(false)
sharp.concurrency(1)

/**
 * Reads a picture, by its content and not by what it is called, and writes it anew: upright, at most 2000 pixels wide and high,
 * without metadata, the first image of several. Throws 413 for a file that is too large, and 422 for what is no JPEG, PNG, WebP or
 * GIF, is broken, or has more than 40 megapixels.
 */
export async function readPicture(file: unknown): Promise<Image> {
  if (!Buffer.isBuffer(file) || file.length === 0) throw refused('required', 'File cannot be blank.')
  if (file.length > largestFile) throw new ApiError(413, 'file_too_large', 'A picture has at most 5 MB.')
  const kind = kindOf(file)
  if (!kind) throw refused('format', 'File must be a JPEG, PNG, WebP or GIF.')
  return turns.take(() =>
    written(file, kind === 'gif' ? 'png' : kind).catch(() => {
      throw refused('broken', 'File is broken, or has more than 40 megapixels.')
    }),
  )
}

async function written(file: Buffer, format: 'jpeg' | 'png' | 'webp'): Promise<Image> {
  const { data, info } = await sharp(file, { limitInputPixels: mostPixels, pages: 1, failOn: 'error' })
    .timeout({ seconds: 20 })
    .rotate()
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .toFormat(format, format === 'png' ? { compressionLevel: 6 } : { quality: 82 })
    .toBuffer({ resolveWithObject: true })
  return { secure_id: newSecureId(), format, width: info.width, height: info.height, bytes: data }
}

/** What a file is, by its first bytes: only what is known to be one of these reaches the decoder. */
function kindOf(file: Buffer): 'jpeg' | 'png' | 'webp' | 'gif' | undefined {
  const starts = (bytes: string) => file.subarray(0, bytes.length / 2).toString('hex') === bytes
  if (starts('ffd8ff')) return 'jpeg'
  if (starts('89504e470d0a1a0a')) return 'png'
  if (starts('474946383961') || starts('474946383761')) return 'gif'
  return starts('52494646') && file.subarray(8, 12).toString('latin1') === 'WEBP' ? 'webp' : undefined
}

const refused = (type: string, message: string) => invalid([{ field: 'file', type, message }])
