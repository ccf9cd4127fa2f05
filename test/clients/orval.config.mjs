export default {
  lectern: {
    input: './openapi.json',
    output: { target: './made/orval.ts', client: 'fetch', baseUrl: '' },
  },
}
