import { PlainQueries } from '../../records/plain/queries.ts'
import { PlainRecords } from '../../records/plain/records.ts'
import { clearTrack } from '../sessions/clear-queries.ts'
import { Track, TrackInput, trackLists } from './schema.ts'

/** Themes of a programme. */
export const tracks = new PlainRecords(
  new PlainQueries({
    noun: 'Track',
    tag: 'Tracks',
    name: 'Track',
    path: 'tracks',
    table: 'tracks',
    object: 'track',
    input: TrackInput,
    record: Track,
    lists: trackLists,
    deletion: 'Sessions that use it are left without a track.',
    clear: clearTrack,
  }),
)
