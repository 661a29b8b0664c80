import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsCardNumber, urlHoldsCardNumber, withoutCardNumbers } from './holds-card-number.ts'

test.each([
  ['alone', '4111111111111111'],
  ['within a sentence', 'paid with 4111111111111111, twice'],
  ['in groups', 'card 4111 1111 1111 1111'],
  ['of Maestro', 'card 6771 7980 2100 0008'],
  ['with dashes', '(5555-5555-5555-4444)'],
  ['as American Express prints it', '3782 822463 10005'],
  ['behind a name', 'card:4111111111111111'],
  ['in full-width digits', '４１１１１１１１１１１１１１１１'],
  ['in circled digits', '④①①①①①①①①①①①①①①①'],
  ['in Arabic digits', '٤١١١١١١١١١١١١١١١'],
  ['in digits of Devanagari', 'कार्ड ४१११ ११११ ११११ ११११'],
  ['before its expiry', 'card 4111 1111 1111 1111 12/30'],
  ['in one piece before its expiry', '4111111111111111 12/30'],
  ['before its expiry and security code', 'card 4111 1111 1111 1111 12/30 cvv 123'],
  ['before a security code', '4111 1111 1111 1111 123'],
  ['before a longer security code', '3782 822463 10005 1234'],
  ['before four digits more', '4111 1111 1111 1111 0000'],
  ['behind another number', 'case 17 4111 1111 1111 1111'],
  ['behind one that is none', '4111111111111112 5555555555554444'],
  ['in groups behind one that is none', '4111 1111 1111 1112 5555 5555 5555 4444'],
  ['right behind letters', 'PAN4111111111111111'],
  ['in groups right behind letters', 'PAN4111 1111 1111 1111'],
  ['right before letters', '4111111111111111exp1230'],
  ['between letters', 'XXXX4111111111111111XXXX'],
  ['as Diners Club prints it', '3056 930902 5904'],
  ['as Diners Club by fours', '3056 9309 0259 04'],
  ['as American Express by fours', '3782 8224 6310 005'],
  ['of 19 digits by fours', '4111 1111 1111 1111 110'],
  ['of 19 digits as UnionPay prints it', '622202 0000000000000'],
  ['in two groups of eight', '41111111 11111111'],
  ['digit by digit', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
  ['digit by digit before its security code', '4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1 1 2 3'],
  ['with two spaces', '4111  1111  1111  1111'],
  ['with spaces and dashes', '4111 1111 - 1111-1111'],
  ['with dots', '4111.1111.1111.1111'],
  ['with slashes', '4111/1111/1111/1111'],
  ['with underscores', 'card_4111_1111_1111_1111'],
  ['with no-break spaces', '4111\u00a01111\u00a01111\u00a01111'],
  ['with dashes of printers', '4111\u20131111\u20131111\u20131111'],
  ['with what nobody sees', '4111\u200b1111\u200b1111\u200b1111'],
  ['with minus signs', '4111\u22121111\u22121111\u22121111'],
  ['with bullets', '4111•1111•1111•1111'],
  ['with middle dots', '4111·1111・1111⋅1111'],
  ['with four blanks', '4111    1111    1111    1111'],
  ['with eight joints', '4111 - - - 1111........1111\t \t \t \t1111'],
  ['with a mark on one digit', '41111\u034f11111111111'],
  ['with a variation selector within', '4111\ufe0f111111111111'],
  ['whose digits are keys', [...'4111111111111111'].map((digit) => `${digit}\ufe0f\u20e3`).join('')],
  ['that is struck through', [...'4111111111111111'].map((digit) => `${digit}\u0336`).join('')],
  ['with fillers nobody sees', '411111\u3164111111\u115f1111'],
  ['on four lines', '4111\r\n1111\r\n1111\r\n1111'],
  ['with commas', '4111, 1111, 1111, 1111'],
  ['with commas alone', 'card 4111,1111,1111,1111,12/30'],
  ['with commas behind a year', 'paid 2026: 4111, 1111, 1111, 1111'],
  ['with commas, before its security code', '4111, 1111, 1111, 1111, 123'],
  ['with colons', '4111:1111:1111:1111'],
  ['with semicolons', '4111;1111;1111;1111'],
  ['with plus signs', '4111+1111+1111+1111'],
  ['with stars', '4111*1111*1111*1111'],
  ['with apostrophes', "4111'1111'1111'1111"],
  ['with apostrophes of printers', '4111\u20191111\u20191111\u20191111'],
  ['in brackets', '(4111)(1111)(1111)(1111)'],
  ['in brackets apart', '[4111] [1111] [1111] [1111]'],
  ['in quotes', '"4111", "1111", "1111", "1111"'],
  ['between bars', '|4111|1111|1111|1111|'],
  ['with commas as American Express prints it', '3782, 822463, 10005'],
  ['with commas, digit by digit', '4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1'],
  ['in a track', '%B4111111111111111^DOE/J^3012101'],
  ['that begins as a time does, in groups', '2611 2215 3000 0008'],
  ['behind what is no IBAN', 'DE89 4111 1111 1111 1111'],
  ['behind an IBAN', 'DE89 3704 0044 0532 0130 00 4111 1111 1111 1111'],
  ['for an invoice', 'invoice 4539578763621486'],
])('finds a card number %s', (_, text) => {
  expect(holdsCardNumber(text)).toBe(true)
})

test.each([
  ['no digits', 'rent of May'],
  ['a wrong check digit', '4111111111111112'],
  ['of no scheme', '9111111111111111'],
  ['a part of a longer number', '41111111111111110000'],
  ['an IBAN', 'DE89 3704 0044 0532 0130 00'],
  ['an IBAN in one piece', 'DE89370400440532013000'],
  ['an IBAN that holds what could be one', 'BE38539007100210'],
  ['an IBAN in groups that holds what could be one', 'to fr17 3000 4008 2801 0005 1234 567 as agreed'],
  ['a creditor reference', 'RF18539007547034'],
  ['a creditor reference that holds what could be one', 'RF40 4111 1111 1000 44'],
  ['a Norwegian or Swedish reference that is named', 'KID4111111111111111 and OCR4111111111111111'],
  ['a hash', 'af4111111111111111cd00aa12b3c4d5'],
  ['a time in milliseconds', '1795262400000'],
  ['an order of a day', '20261121-000123'],
  ['a mobile number', 'called from 4915550000009'],
  ['an IMEI', '354809104295874'],
  ['an ICCID', '8949020000000000006'],
  ['a number that begins with its time', '2611221530000008'],
  ['days and amounts', '4111 of 2026-11-21: 1,234.56 EUR, 2026-11-22 15:30:00 1.234,50'],
  ['a list of numbers of a wrong check digit', 'orders 4111, 1111, 1111, 1112'],
  ['a longer list of numbers', 'orders 4111, 1111, 1111, 1111, 1111 and 1111'],
  ['numbers of a list that goes on before', 'orders 1111, 4111, 1111, 1111, 1111'],
  ['numbers that are joined otherwise each', '4111, 1111 + 1111: 1111'],
  ['an account and a branch with a colon', '41111111:11111111'],
  ['times with offsets', '2026-11-21T09:00:00.000+01:00, 2026-11-22T15:30:00+05:30, 2026-11-23T23:59:59Z'],
  ['amounts with cents in a list', '4111.11, 1111.11, 1111,11; 1111,11; 4.111,11 + 1.111,11'],
  ['phone numbers', '+49 (0) 30 1234-5678, +1 (411) 111-1111, 0041/44/668 18 00; +44 20 7946 0958'],
  ['accounts in a list', 'DE89 3704 0044 0532 0130 00, GB29 NWBK 6016 1331 9268 19; FR1730004008280100051234567'],
  ['an address of the internet', '2001:4111:1111:1111:1111:0:0:1'],
  ['an invoice of a wrong check digit', 'invoice 4539578763621487'],
  ['a table of numbers far apart', '4111         1111         1111         1111'],
  ['a rating and numbers', '•••• 1111 and •••• 1111'],
  ['a subtraction', '4111 \u2212 1111 = 3000'],
  ['a bank code and an account', '37040044 0532013000'],
  ['a phone number', '+44 20 7946 0958 and 0041 44 668 18 00'],
  ['an id', 'pay_01k9c7wqv8e1btd4bnc1yyfxvx'],
])('lets through %s', (_, text) => {
  expect(holdsCardNumber(text)).toBe(false)
})

test('no UUID is one by chance', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(holdsCardNumber(uuid.replace(/[a-f]/g, '4'))).toBe(false)
    }),
    { numRuns: 1_000 },
  )
})

test.each<[string, fc.Arbitrary<string>]>([
  [
    'time',
    fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  ],
  [
    'time with an offset',
    fc.nat(4_102_444_800).map((seconds) => `${new Date(seconds * 1_000).toISOString().slice(0, 19)}+02:00`),
  ],
  ['amount', fc.nat(99_999_99).map((cents) => (cents / 100).toFixed(2))],
  ['UUID', fc.uuid()],
])('no list of what is a %s is one by chance', (_, thing) => {
  fc.assert(
    fc.property(
      fc.array(thing, { minLength: 2, maxLength: 6 }),
      fc.constantFrom(', ', ';', ' + ', '|'),
      (things, joint) => {
        expect(holdsCardNumber(things.join(joint))).toBe(false)
      },
    ),
    { numRuns: 1_000 },
  )
})

test('one whose first digits are no time is found, though others of its scheme begin so', () => {
  expect(holdsCardNumber('2223003122003222')).toBe(true)
})

test.each([
  ['path', 'https://example.com/hooks/4111111111111111'],
  ['path behind a name', 'https://example.com/card_4111111111111111/paid'],
  ['query', 'https://example.com/hooks?card=4111111111111111&x=1'],
  ['query, with encoded spaces', 'https://example.com/?card=4111%201111%201111%201111'],
  ['query, with spaces as plus', 'https://example.com/?card=4111+1111+1111+1111'],
  ['query, every digit encoded', `https://example.com/?card=${'%34'}${'%31'.repeat(15)}`],
  ['query, beside what is no UTF-8', 'https://example.com/%FF/?card=%34111111111111111'],
  ['host', 'https://4111111111111111.example.com/'],
])('finds a card number in the %s of a URL', (_, url) => {
  expect(urlHoldsCardNumber(url)).toBe(true)
})

test.each([
  ['Slack', 'https://hooks.slack.com/services/T024BE7LD/B024BE7LD/XXXX41111111XXXX11111111'],
  ['a snowflake', 'https://discord.com/api/webhooks/1330112233445566778/token'],
  ['a UUID', 'https://example.com/hooks/41111111-1111-4111-8111-111111111111'],
  ['a port', 'https://example.com:8443/hooks/20261121-000123?key=abc%20def'],
])('lets through the URL of %s', (_, url) => {
  expect(urlHoldsCardNumber(url)).toBe(false)
})

test.each([
  ['alone', '4111111111111111', '****************'],
  ['in groups', 'no 4111 1111-1111•1111 of order 17', 'no **** ****-****•**** of order 17'],
  ['with commas', 'no 4111, 1111, 1111, 1111 of order 17', 'no ****, ****, ****, **** of order 17'],
  [
    'twice',
    '{"pan":"5555555555554444","again":"5555555555554444"}',
    '{"pan":"****************","again":"****************"}',
  ],
  ['beside its security code', '4111 1111 1111 1111 123', '**** **** **** **** 123'],
  ['behind letters', 'q4111111111111111', 'q****************'],
  // What is disguised stands elsewhere in the text than in what is looked at.
  ['in disguise, with every number beside it', 'order 17: ④①①①①①①①①①①①①①①①', 'order **: ****************'],
  ['with what nobody sees in it', '4111\u200b111111111111', '****\u200b************'],
])('blots out a card number %s', (_, text, blotted) => {
  expect(withoutCardNumbers(text)).toBe(blotted)
})

test('leaves nothing of any number that is found, and a text without one as it is', () => {
  const joint = fc.constantFrom('', ' ', '-', '\u2212', ' • ', '\u200b', '\u0336', '. . . ', ', ', ')(')
  const number = fc.tuple(fc.constantFrom('4111111111111111', '5555555555554444', '378282246310005'), joint)
  fc.assert(
    fc.property(fc.string(), number, fc.string(), (before, [digits, between], after) => {
      const text = `${before}${[...digits].join(between)}${after}`
      expect(holdsCardNumber(withoutCardNumbers(text))).toBe(false)
      if (!holdsCardNumber(text)) expect(withoutCardNumbers(text)).toBe(text)
    }),
  )
})

test.each([
  ['digits', '4'],
  ['digits that nobody can tell from others', '1 '],
  ['groups with blanks between', '4111        '],
  ['a list of numbers', '4111, '],
  ['signs of every kind', '4,;:*+()'],
  ['digits with marks', '4\u0336'],
  ['what begins as an account does', 'DE89 '],
])('looks at each character of %s some few times, however many there are', (_, piece) => {
  // Were it the square, a hundred thousand would take minutes.
  expect(holdsCardNumber(piece.repeat(100_000 / piece.length))).toBe(false)
})

test('blots a megabyte of numbers, each once', () => {
  const count = 60_000
  expect(withoutCardNumbers('4111111111111111_'.repeat(count))).toBe(`${'*'.repeat(16)}_`.repeat(count))
})
