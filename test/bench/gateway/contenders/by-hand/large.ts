import { entityFetch, rootFetch } from './subgraph.ts'

interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}
interface Customer extends User {
  readonly address: object
  readonly friends: readonly User[]
}
interface Product {
  readonly upc: string
  readonly name: string
  readonly price: number
  readonly weight: number
  readonly description?: string
}
interface Review {
  readonly id: string
  readonly body: string
  readonly rating: number
  readonly product: { readonly upc: string }
}
interface Opinion {
  readonly id: string
  readonly body: string
  readonly rating?: number
  readonly author: { readonly id: string }
}
interface FriendsReview extends Review {
  readonly product: { readonly upc: string; readonly reviews: readonly Opinion[] }
}

const fetchCustomer = rootFetch<{ user: Customer }>(
  'accounts',
  'query($id:ID!){user(id:$id){__typename id name email address{street city country} friends(first:10){__typename id name email}}}',
)
const fetchRecommended = rootFetch<{ recommended: Product[] }>(
  'products',
  'query($id:ID!){recommended(customer:$id,first:20){__typename upc name price weight description}}',
)
const fetchLoyalty = entityFetch<{ points: number; tier: string }>('loyalty', 'User', 'points tier')
const fetchReviews = entityFetch<{ reviews: Review[] }>(
  'reviews',
  'User',
  'reviews(first:20){id body rating product{__typename upc}}',
)
const fetchFriendsReviews = entityFetch<{ reviews: FriendsReview[] }>(
  'reviews',
  'User',
  'reviews(first:10){id body rating product{__typename upc reviews(first:2){id body author{__typename id}}}}',
)
const fetchOpinions = entityFetch<{ reviews: Opinion[] }>(
  'reviews',
  'Product',
  'reviews(first:3){id body rating author{__typename id}}',
)
const fetchDescribed = entityFetch<Product>('products', 'Product', 'name price weight description')
const fetchProducts = entityFetch<Product>('products', 'Product', 'name price weight')
const fetchStock = entityFetch<{ inStock: boolean }>('inventory', 'Product', 'inStock')
const fetchShipping = entityFetch<{ shippingEstimate: number }>('inventory', 'Product', 'shippingEstimate')
const fetchInventory = entityFetch<{ inStock: boolean; shippingEstimate: number }>(
  'inventory',
  'Product',
  'inStock shippingEstimate',
)
const fetchNames = entityFetch<{ name: string }>('accounts', 'User', 'name')
const fetchAuthors = entityFetch<{ name: string; email: string }>('accounts', 'User', 'name email')

const userOf = ({ id }: { readonly id: string }) => ({ __typename: 'User', id })
const shippedOf = ({ upc, price, weight }: Pick<Product, 'upc' | 'price' | 'weight'>) => ({
  __typename: 'Product',
  price,
  weight,
  upc,
})
const productOf = ({ upc }: { readonly upc: string }) => ({ __typename: 'Product', upc })

/** The data of the large workload's answer. */
export async function answerLarge(id: string): Promise<object> {
  const [user, recommended] = await Promise.all([customerOf(id), recommendedTo(id)])
  return { user, recommended }
}

async function customerOf(customer: string): Promise<object> {
  const { id, name, email, address, friends: ids } = (await fetchCustomer(customer)).user
  const [loyalty, reviews, friends] = await Promise.all([fetchLoyalty([userOf({ id })]), reviewsOf(id), friendsOf(ids)])
  const { points, tier } = loyalty[0] ?? { points: null, tier: null }
  return { id, name, email, points, tier, address, reviews, friends }
}

async function reviewsOf(user: string): Promise<object[]> {
  const reviews = (await fetchReviews([userOf({ id: user })]))[0]?.reviews ?? []
  const products = await productsOf(
    reviews.map(({ product }) => product),
    fetchDescribed,
  )
  return reviews.map(({ id, body, rating }, index) => ({ id, body, rating, product: products[index] }))
}

async function friendsOf(friends: readonly User[]): Promise<object[]> {
  const users = friends.map(userOf)
  const [loyalty, reviews] = await Promise.all([fetchLoyalty(users), friendsReviews(users)])
  return friends.map(({ id, name, email }, index) => {
    const { points, tier } = loyalty[index] ?? { points: null, tier: null }
    return { id, name, email, points, tier, reviews: reviews[index] }
  })
}

async function friendsReviews(users: readonly object[]): Promise<object[][]> {
  const reviews = await fetchFriendsReviews(users)
  const all = reviews.flatMap((of) => of.reviews)
  const authors = all.flatMap(({ product }) => product.reviews.map(({ author }) => userOf(author)))
  const [products, names] = await Promise.all([
    productsOf(
      all.map(({ product }) => product),
      fetchProducts,
    ),
    fetchNames(authors),
  ])
  let author = 0
  let product = 0
  return reviews.map((of) =>
    of.reviews.map(({ id, body, rating, product: { reviews: opinions } }) => ({
      id,
      body,
      rating,
      product: {
        ...products[product++],
        reviews: opinions.map((opinion) => ({
          id: opinion.id,
          body: opinion.body,
          author: { id: opinion.author.id, name: names[author++]?.name },
        })),
      },
    })),
  )
}

async function productsOf(
  products: readonly { readonly upc: string }[],
  fetchThem: (representations: readonly object[]) => Promise<readonly Product[]>,
): Promise<object[]> {
  const keys = products.map(productOf)
  const [stock, [known, shipping]] = await Promise.all([fetchStock(keys), shippedProducts()])

  async function shippedProducts() {
    const known = await fetchThem(keys)
    const shipping = await fetchShipping(
      known.map(({ price, weight }, index) => shippedOf({ price, weight, upc: keys[index]?.upc ?? '' })),
    )
    return [known, shipping] as const
  }

  return products.map(({ upc }, index) => {
    const { name, price, weight, description } = known[index] ?? { name: null, price: null, weight: null }
    const inStock = stock[index]?.inStock
    const shippingEstimate = shipping[index]?.shippingEstimate
    if (description === undefined) return { upc, name, price, inStock, shippingEstimate }
    return { upc, name, price, weight, description, inStock, shippingEstimate }
  })
}

async function recommendedTo(customer: string): Promise<object[]> {
  const { recommended } = await fetchRecommended(customer)
  const keys = recommended.map(productOf)
  const [inventory, opinions] = await Promise.all([fetchInventory(recommended.map(shippedOf)), opinionsOf(keys)])
  return recommended.map(({ upc, name, price, weight, description }, index) => {
    const { inStock, shippingEstimate } = inventory[index] ?? { inStock: null, shippingEstimate: null }
    return { upc, name, price, weight, description, inStock, shippingEstimate, reviews: opinions[index] }
  })
}

async function opinionsOf(keys: readonly object[]): Promise<object[][]> {
  const opinions = await fetchOpinions(keys)
  const authors = await fetchAuthors(opinions.flatMap(({ reviews }) => reviews.map(({ author }) => userOf(author))))
  let author = 0
  return opinions.map(({ reviews }) =>
    reviews.map(({ id, body, rating, author: { id: writer } }) => {
      const { name, email } = authors[author++] ?? { name: null, email: null }
      return { id, body, rating, author: { id: writer, name, email } }
    }),
  )
}
