import { entityFetch, rootFetch } from './subgraph.ts'

interface Review {
  readonly id: string
  readonly body: string
  readonly rating: number
  readonly product: { readonly upc: string }
}

const fetchUser = rootFetch<{ user: { id: string; name: string; email: string } }>(
  'accounts',
  'query($id:ID!){user(id:$id){__typename id name email}}',
)
const fetchLoyalty = entityFetch<{ points: number; tier: string }>('loyalty', 'User', 'points tier')
const fetchReviews = entityFetch<{ reviews: Review[] }>(
  'reviews',
  'User',
  'reviews(first:3){id body rating product{__typename upc}}',
)
const fetchProducts = entityFetch<{ name: string; price: number; weight: number }>(
  'products',
  'Product',
  'name price weight',
)
const fetchShipping = entityFetch<{ shippingEstimate: number }>('inventory', 'Product', 'shippingEstimate')

/** The data of the small workload's answer. */
export async function answerSmall(id: string): Promise<object> {
  const { user } = await fetchUser(id)
  const representations = [{ __typename: 'User', id: user.id }]
  const [loyalty, reviews] = await Promise.all([fetchLoyalty(representations), reviewsOf(representations)])
  const { points, tier } = loyalty[0] ?? { points: null, tier: null }
  return { user: { id: user.id, name: user.name, email: user.email, points, tier, reviews } }
}

async function reviewsOf(user: readonly object[]): Promise<object[]> {
  const reviews = (await fetchReviews(user))[0]?.reviews ?? []
  const upcs = reviews.map(({ product }) => product.upc)
  const products = await fetchProducts(upcs.map((upc) => ({ __typename: 'Product', upc })))
  const shipping = await fetchShipping(
    products.map(({ price, weight }, index) => ({ __typename: 'Product', price, weight, upc: upcs[index] })),
  )
  return reviews.map(({ id, body, rating, product: { upc } }, index) => ({
    id,
    body,
    rating,
    product: {
      upc,
      name: products[index]?.name,
      price: products[index]?.price,
      shippingEstimate: shipping[index]?.shippingEstimate,
    },
  }))
}
