/** A place on the earth in degrees, WGS 84. */
export type Place = { readonly lat: number; readonly lon: number }

/** Mean radius of the earth (IUGG). */
const EARTH_RADIUS_KM = 6371.0088

/** Great-circle distance by the haversine formula, which stays exact for places that are close together. */
export function distanceKm(a: Place, b: Place): number {
  const haversine =
    halfChord(b.lat - a.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * halfChord(b.lon - a.lon)
  // Rounding can carry the value of two opposite places past 1, where asin has no answer.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, haversine)))
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180

const halfChord = (degrees: number): number => Math.sin(radians(degrees) / 2) ** 2
