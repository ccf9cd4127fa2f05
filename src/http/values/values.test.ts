import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RegistrantInput } from '../../registration/registrants/schema.ts'
import { readNew } from './draft.ts'
import { Email } from './forms.ts'
import { LocalDate, Nullable, readValue, Text } from './values.ts'

describe('reading values', () => {
  it('a date out of range is told the range', () => {
    for (const date of ['1899-12-31', '9999-01-01', '2026-02-30'])
      assert.deepEqual(readValue(LocalDate(), date), {
        type: 'date',
        message: 'must be a date of the calendar, as YYYY-MM-DD, from 1900-01-01 to 9998-12-31.',
      })
    for (const date of ['1900-01-01', '9998-12-31'])
      assert.deepEqual(readValue(LocalDate(), date), { value: date })
  })

  it('a text shorter than its schema says is refused; a character beyond the first plane is one', () => {
    const kind = Nullable(Text(9, { minLength: 2 }))
    for (const text of ['a', '😀'])
      assert.deepEqual(readValue(kind, text), {
        type: 'too_short',
        message: 'should contain at least 2 characters.',
      })
    for (const text of ['ab', '😀a']) assert.deepEqual(readValue(kind, text), { value: text })
  })

  it('an e-mail address has no control characters', () => {
    const controls = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, n) => 0x7f + n)]
    for (const code of controls) {
      const reading = readValue(Email(), `a${String.fromCodePoint(code)}b@example.com`)
      assert.ok(!('value' in reading), `U+${code.toString(16)}`)
    }
  })

  it('choices of words are understood as clients of the hosted API send back what they got', () => {
    const person = { event_id: 1, email: 'ada@example.com' }
    const read = (gender: unknown, payment_status: unknown) => {
      const { given, faults } = readNew(RegistrantInput, { ...person, gender, payment_status })
      return [given.gender, given.payment_status, faults.map(({ type }) => type)]
    }
    assert.deepEqual(read({ id: 2, value: 'Female' }, { id: 3, value: 'Paid' }), ['Female', 'paid', []])
    assert.deepEqual(read({ id: null, value: null }, { id: '', value: null }), [null, 'not_required', []])
    assert.deepEqual(read({ id: null, value: 'Female' }, { id: '', value: 'Not required' }), [
      'Female',
      'not_required',
      [],
    ])
    assert.deepEqual(read({ id: 'f' }, [{ id: 'unpaid' }]), ['f', 'unpaid', []])
    assert.deepEqual(read('f', { id: 7, value: 'Owed' }), ['f', undefined, ['choice']])
    assert.deepEqual(read({ value: { value: 'x' } }, 'paid'), [undefined, 'paid', ['string']])
  })
})
