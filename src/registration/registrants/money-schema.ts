import Type from 'typebox'

const Money = (description: string, options: { deprecated?: boolean } = {}) =>
  Type.String({ description, examples: ['0.00'], ...options })

/** What the hosted API tells of prices. Nothing is sold yet: every amount is 0.00. */
export const money = {
  individual_net: Money('Price of this registrant without taxes.'),
  individual_tax: Money('Tax of this registrant.'),
  individual_tax_2: Money('Second tax of this registrant.'),
  individual_gross: Money('Price of this registrant with taxes.'),
  group_net: Money('Price of the whole group without taxes.'),
  group_tax: Money('Tax of the whole group.'),
  group_tax_2: Money('Second tax of the whole group.'),
  group_gross: Money('Price of the whole group with taxes.'),
  group_paid: Money('What the group has paid.'),
  group_balance_due: Money('What the group has still to pay.'),
  gross: Money('Use `individual_gross`.', { deprecated: true }),
  net: Money('Use `individual_net`.', { deprecated: true }),
  total_paid: Money('Use `group_paid`.', { deprecated: true }),
  balance_due: Money('Use `group_balance_due`.', { deprecated: true }),
}

/** Every amount, as it leaves. */
export const noMoney = Object.fromEntries(Object.keys(money).map(name => [name, '0.00'])) as Record<
  keyof typeof money,
  string
>
