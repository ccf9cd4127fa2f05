import type { Fault } from '../../errors.ts'
import { asHtml, type Hole, type Html, html, inLines } from '../../http/html.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import type { LinkedSubmitter } from '../../programme/cfs-links/queries.ts'
import { isCallOpen, standingOf } from '../../programme/own-submissions/own-submissions.ts'
import type { Draft, OwnSubmission } from '../../programme/own-submissions/queries.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import { momentIn } from '../../registration/agenda/words.ts'
import { pageOf } from '../layout.ts'
import { type Asked, type Filled, filledFrom, filledWith, submissionFields } from './form.ts'

/** What is true of a submitter when they open their page. */
export type Visit = {
  now: Date
  submitter: LinkedSubmitter
  submissions: OwnSubmission[]
  drafts: Draft[]
  asked: Asked
}

/** Where the forms of the page lead, and the path of Lectern itself. */
export type Address = { path: string; prefix: string }

/** A form that was refused: what was in it, and what is wrong. */
export type Refused = { filled: Filled; faults: Fault[] }

type Extras = { message?: Html | null; refused?: Refused }

/** What somebody has submitted, what they can do with it, and a form for more. */
export function submitterPage(visit: Visit, address: Address, { message, refused }: Extras = {}): string {
  const { submitter, submissions, drafts, now } = visit
  const isOpen = isCallOpen(submitter, now)
  const name = [submitter.first_name, submitter.last_name].filter(Boolean).join(' ')
  const parts: Hole[] = [
    message,
    callNote(visit, isOpen),
    submitter.cfs_text && html`<div dir="auto">${asHtml(submitter.cfs_text)}</div>`,
    drafts.length > 0 &&
      html`<h2>Not submitted yet</h2>\n<ul>\n${inLines(drafts.map(draft => draftItem(draft, address, isOpen)))}\n</ul>`,
    html`<h2>Your submissions</h2>`,
    submissions.length > 0
      ? html`<ul>\n${inLines(submissions.map(each => submissionItem(visit, each, address)))}\n</ul>`
      : html`<p>There are none yet.</p>`,
    isOpen &&
      html`<section aria-labelledby="new"><h2 id="new">Submit something${submissions.length > 0 && ' else'}</h2>
<p>E-mails go to <bdi>${submitter.email}</bdi>.</p>
${formOf(visit, `${address.path}/new`, 'Submit', refused ?? { filled: () => [], faults: [] })}</section>`,
  ]
  return pageOf({
    title: name ? `Submissions of ${name}` : 'Your submissions',
    over: submitter.event_name,
    main: inLines(parts),
    prefix: address.prefix,
    ...(refused && { mark: 'Not done: ' }),
  })
}

/** A submission to be edited. */
export function editPage(
  visit: Visit,
  submission: OwnSubmission,
  address: Address,
  refused?: Refused,
): string {
  const { path, prefix } = address
  const form = refused ?? { filled: filledWith(submission, visit.asked), faults: [] }
  const message = refused && alertOf('It is not saved', refused.faults, visit.asked)
  return pageOf({
    title: `Edit “${submission.name}”`,
    over: visit.submitter.event_name,
    main: inLines([
      message,
      formOf(visit, `${path}/${submission.id}/edit`, 'Save', form),
      html`<p><a href="${path}">Back to your submissions, without saving</a></p>`,
    ]),
    prefix,
    ...(refused && { mark: 'Not done: ' }),
  })
}

/** For a link that is unknown or has expired: nobody can tell which. */
export const noSubmissionsPage = (prefix: string): string =>
  pageOf({
    title: 'This link does not work any more',
    over: 'Lectern',
    main: html`<p>Links to submissions are valid for a limited time. The newest e-mail about them has the newest one; the form of the event, and its organiser, can send you another.</p>`,
    prefix,
  })

/** What stands in the way: every reason, heard at once; one about a field leads there. */
export function alertOf(heading: string, faults: Fault[], asked: Asked): Html {
  const items = faults.map(({ field, message }) => {
    const label = labels[field] ?? asked.find(each => attributeOf(each) === field)?.name
    return label === undefined
      ? html`<li dir="auto">${message}</li>`
      : html`<li dir="auto"><a href="#${field}"><bdi>${label}</bdi>: ${message}</a></li>`
  })
  return html`<div role="alert" class="alert" tabindex="-1" autofocus><h2 dir="auto">${heading}</h2><ul>${inLines(items)}</ul></div>`
}

const labels: Record<string, string> = {
  name: 'Title',
  description: 'Description',
  email: 'E-mail address',
  first_name: 'First name',
  last_name: 'Last name',
}

function callNote(
  { submitter: { cfs_opens, cfs_closes, event_timezone }, now }: Visit,
  isOpen: boolean,
): Html {
  const until = cfs_closes && momentIn(cfs_closes, event_timezone)
  const isEarly = cfs_opens !== null && instantOf(cfs_opens) > now
  const note = isOpen
    ? `You can submit and edit${until ? ` until ${until}` : ''}.`
    : isEarly
      ? `The call for speakers opens on ${momentIn(cfs_opens, event_timezone)}.`
      : 'The call for speakers is closed: nothing can be submitted or edited here.'
  return html`<p class="note"><strong>${note}</strong></p>`
}

const words: Record<ReturnType<typeof standingOf>, string> = {
  submitted: 'Submitted; nothing is decided yet.',
  deciding: 'Submitted; it is being decided, and cannot be edited any more.',
  withdrawn: 'Withdrawn by you.',
  accepted: 'Accepted.',
  declined: 'Not accepted this time.',
}
const answers: Record<string, string> = {
  open: ' Will you give it?',
  yes: ' You have said that you will give it.',
  no: ' You have said that you will not give it.',
}

function submissionItem(visit: Visit, submission: OwnSubmission, { path }: Address): Html {
  const { id, name, cfs_answer } = submission
  const standing = standingOf(submission)
  const isOpen = isCallOpen(visit.submitter, visit.now)
  const said = standing === 'accepted' ? answers[cfs_answer] : ''
  const press = (deed: string, label: string) => pressOf(`${path}/${id}/${deed}`, label, name)
  const deeds: Hole[] = [
    standing === 'submitted' &&
      isOpen &&
      html`<a href="${path}/${id}">Edit<span class="unseen"> “${name}”</span></a>`,
    (standing === 'submitted' || standing === 'deciding') && press('withdraw', 'Withdraw'),
    standing === 'withdrawn' && isOpen && press('again', 'Submit again'),
    standing === 'accepted' && cfs_answer !== 'yes' && press('yes', 'Yes, I will give it'),
    standing === 'accepted' && cfs_answer !== 'no' && press('no', 'No, I will not'),
  ]
  return html`<li id="s${id}"><h3 dir="auto">${name}</h3>\n<p>${words[standing]}${said}</p>\n<div class="deeds">${inLines(deeds)}</div></li>`
}

function draftItem({ id, form }: Draft, { path }: Address, isOpen: boolean): Html {
  const filled = filledFrom(form)
  const [[name = ''], [description = '']] = [filled('name'), filled('description')]
  const lines = description.split(/\r?\n/).map((line, place) => html`${place > 0 && html`<br>`}${line}`)
  const press = (deed: string, label: string) => pressOf(`${path}/drafts/${id}/${deed}`, label, name)
  return html`<li><h3 dir="auto">${name}</h3>\n<p>Somebody, probably you, wrote this in the form of the event.</p>\n${description !== '' && html`<p dir="auto">${lines}</p>\n`}<div class="deeds">${inLines([isOpen && press('submit', 'Submit it'), press('discard', 'Throw it away')])}</div></li>`
}

const pressOf = (action: string, label: string, name: string) =>
  html`<form method="post" action="${action}"><button>${label}<span class="unseen">: “${name}”</span></button></form>`

function formOf(visit: Visit, action: string, button: string, { filled, faults }: Refused): Html {
  const messages = new Map(faults.map(({ field, message }) => [field, message]))
  return html`<form method="post" action="${action}" novalidate>
${submissionFields(visit.asked, filled, messages)}
<button class="main">${button}</button>
</form>`
}
