import fc from 'fast-check'

/*
 * Random cases of tests are the same in every run, so that a change is judged by what it does and not by chance. Others:
 * `LECTERN_SEED=7 npm test property`, as many as there are numbers.
 */
fc.configureGlobal({ seed: Number(process.env.LECTERN_SEED ?? 2026) })
