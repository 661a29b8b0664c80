import { CUSTOMER_DIGITS } from './shop/shop.ts'

/** An operation that is asked again and again, about another customer each time. */
export interface Workload {
  readonly name: 'small' | 'large'
  readonly query: string
}

/** Five fetches, and one entity of each kind or three. */
export const SMALL: Workload = {
  name: 'small',
  query: `query Small($id: ID!) {
    user(id: $id) {
      id name email points tier
      reviews(first: 3) { id body rating product { upc name price shippingEstimate } }
    }
  }`,
}

/** Sixteen fetches, of up to two hundred entities each. */
const LARGE: Workload = {
  name: 'large',
  query: `query Large($id: ID!) {
    user(id: $id) {
      id name email points tier address { street city country }
      reviews(first: 20) {
        id body rating
        product { upc name price weight description inStock shippingEstimate }
      }
      friends(first: 10) {
        id name email points tier
        reviews(first: 10) {
          id body rating
          product {
            upc name price inStock shippingEstimate
            reviews(first: 2) { id body author { id name } }
          }
        }
      }
    }
    recommended(customer: $id, first: 20) {
      upc name price weight description inStock shippingEstimate
      reviews(first: 3) { id body rating author { id name email } }
    }
  }`,
}

export const WORKLOADS: readonly Workload[] = [SMALL, LARGE]

const FIRST_CUSTOMER = 10 ** (CUSTOMER_DIGITS - 1)

/** The id of the nth customer that is asked about; none comes twice in one run. */
export const customer = (n: number): string => String(FIRST_CUSTOMER + (n % (9 * FIRST_CUSTOMER)))

/** The request for one customer, as a client sends it. */
export function createRequestBodies({ query }: Workload): (id: string) => string {
  const head = `{"query":${JSON.stringify(query.replaceAll(/\s+/g, ' '))},"variables":{"id":"`
  return (id) => `${head}${id}"}}`
}
