export const SCREENED_PARTIES = ['SENDER', 'BENEFICIARY'] as const
export type ScreenedParty = (typeof SCREENED_PARTIES)[number]

/** An entry of the list that a name may mean. */
export type Hit = {
  readonly party: ScreenedParty
  readonly screenedName: string
  readonly entryId: string
  readonly entryName: string
  /** The name or alias of the entry that is most like the screened one. */
  readonly matchedName: string
  readonly program: string
  /** 0 to 1. */
  readonly score: number
  /** Whether the names are the same but for case, accents, punctuation, order and legal form. */
  readonly isExact: boolean
  /** Whether the same name says so much that a machine may refuse: see `saysEnough`. */
  readonly isConclusive: boolean
}

/** As it is kept and shown: with as many digits as tell hits apart. Whether it is conclusive, the reasons say. */
export type StoredHit = Omit<Hit, 'score' | 'isConclusive'> & { readonly score: string }

export const SCORE_DIGITS = 3

export const storedHit = ({ score, isConclusive, ...hit }: Hit): StoredHit => ({
  ...hit,
  score: score.toFixed(SCORE_DIGITS),
})
