/** Legal forms of several words, as `foldedWords` leaves them, longest first: the rest of one must not stay behind. */
export const LEGAL_PHRASES: readonly string[] = [
  'gesellschaft mit beschrankter haftung',
  'obshchestvo s ogranichennoy otvetstvennostyu',
  'societatea cu raspundere limitata',
  'public joint stock company',
  'private joint stock company',
  'closed joint stock company',
  'open joint stock company',
  'limited liability partnership',
  'limited liability company',
  'private limited company',
  'public limited company',
  'aktsionernoe obshchestvo',
  'joint stock company',
  'limited partnership',
  'private limited',
  'sociedad anonima',
  'societe anonyme',
  'sp z o o',
  's a r l',
  'sdn bhd',
  's p a',
  's r l',
  'sp zoo',
  'd o o',
  'a s',
  's a',
]

/** Legal forms of one word, and words that join: they tell no two names apart. */
export const LEGAL_WORDS: ReadonlySet<string> = new Set(
  (
    'ltd limited llc inc incorporated corp corporation co company gmbh mbh ag aktiengesellschaft sa sarl srl spa bv nv ' +
    'plc pjsc jsc ojsc cjsc oao ooo zao pao ao ab oy oyj kg kgaa kk pte pty bhd sdn lp llp fze fzco fzc tbk sas ltda ' +
    'eood ead aps eirl cv scs sca snc doo dd sro as tic sti the of and'
  ).split(' '),
)

export const TITLES: ReadonlySet<string> = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'prof', 'sir', 'hon'])

/** Numbers that are written out. */
export const NUMERALS: ReadonlyMap<string, string> = new Map(
  [
    ['one', 'first', '1st'],
    ['two', 'second', '2nd'],
    ['three', 'third', '3rd'],
    ['four', 'fourth', '4th'],
    ['five', 'fifth', '5th'],
    ['six', 'sixth', '6th'],
    ['seven', 'seventh', '7th'],
    ['eight', 'eighth', '8th'],
    ['nine', 'ninth', '9th'],
    ['ten', 'tenth', '10th'],
  ].flatMap((words, index) => words.map((word) => [word, String(index + 1)] as const)),
)
