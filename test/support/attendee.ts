import type { Json, Reply, TestApp } from './app.ts'

type Identified = { id: number }

/** What a person does at their own page, with a browser. */
export function attendeeAt({ call, raw }: Pick<TestApp, 'call' | 'raw'>) {
  const send = (link: string, path: string, form: Json): Promise<Reply> =>
    raw({ method: 'POST', url: `${link}/${path}`, payload: form })
  return {
    /** The path of somebody's page, by a new token. */
    linkOf: async ({ id }: Identified): Promise<string> =>
      `/my/${(await call('POST', '/registrants/token', { id })).body.token}`,
    open: (link: string) => raw({ method: 'GET', url: link }),
    send,
    /** Presses the button of a session. */
    press: (link: string, session: Identified, deed: string, form: Json = {}) =>
      send(link, `sessions/${session.id}/${deed}`, form),
    /** What the summary of a refusal lists, as text. */
    reasonsOn: ({ status, text }: Reply): string[] => {
      if (status !== 422) throw new Error(`answered ${status}: ${text}`)
      const [, list = ''] = /role="alert".*?<ul>([\s\S]*?)<\/ul>/.exec(text) ?? []
      return [...list.matchAll(/<li dir="auto">(.*?)<\/li>/g)].map(([, item]) =>
        item!.replaceAll(/<[^>]*>/g, '').replaceAll('&quot;', '"'),
      )
    },
  }
}
