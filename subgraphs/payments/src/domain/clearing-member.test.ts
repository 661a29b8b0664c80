import { expect, test } from 'vitest'
import { CLEARING_SYSTEMS, type ClearingSystem, clearingMemberIn, readClearingMember } from './clearing-member.ts'

const GOOD: [ClearingSystem, string, string, string][] = [
  ['AUBSB', '062-000', '062000', 'AU'],
  ['CACPA', '000300002', '000300002', 'CA'],
  ['CNAPS', '102100099996', '102100099996', 'CN'],
  ['HKNCC', '004', '004', 'HK'],
  ['INFSC', 'sbin0000300', 'SBIN0000300', 'IN'],
  ['JPZGN', '0001 001', '0001001', 'JP'],
  ['NZNCC', '01-0001', '010001', 'NZ'],
  ['USABA', '021000021', '021000021', 'US'],
  ['USABA', '011401533', '011401533', 'US'],
]

test.each(GOOD)('a member of %s may be written %s', (system, given, id, country) => {
  const member = readClearingMember(system, given)
  expect(member).toBe(`${system}/${id}`)
  expect(clearingMemberIn(member ?? '')).toEqual({ system, id, country })
})

test('every system has an example here', () => {
  expect(new Set(GOOD.map(([system]) => system))).toEqual(new Set(Object.keys(CLEARING_SYSTEMS)))
})

test.each<[ClearingSystem, string]>([
  ['AUBSB', '06200'],
  ['AUBSB', '0620000'],
  ['CACPA', '100300002'],
  ['CNAPS', '10210009999'],
  ['HKNCC', '4'],
  ['INFSC', 'SBIN1000300'],
  ['INFSC', 'SBIN000030'],
  ['INFSC', '12340000300'],
  ['JPZGN', '000１001'],
  ['NZNCC', ''],
  ['USABA', '021000022'],
  ['USABA', '201000021'],
  ['USABA', '02100002'],
  ['USABA', '021000021\n'],
  ['USABA', '021/000021'],
])('%s has no member %j', (system, given) => {
  expect(readClearingMember(system, given)).toBeUndefined()
  expect(clearingMemberIn(`${system}/${given}`)).toBeUndefined()
})

test.each([
  '',
  'USABA',
  '/021000021',
  'CHASUS33',
  'FEDWR/021000021',
  'constructor/1',
  'USABA/021 000021',
  'AUBSB/062000/1',
])('%j names no member', (text) => {
  expect(clearingMemberIn(text)).toBeUndefined()
})
