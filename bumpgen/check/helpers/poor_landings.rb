# Partners that share less than `limit` of the smaller one when one of them is off by `accuracy` (µm) in the
# worst direction: for circles along the line of centres, else by search over all directions.
def poor_landings(one, other, limit, accuracy)
  out = polygon_layer
  off = accuracy / dbu
  partners(one, other)[0].each { |first, second| out.data.insert(first) if landed(first, second, off) < limit - 1e-9 }
  out
end

# The share that lands.
def landed(first, second, off)
  if outline_class(first) == "circle" && outline_class(second) == "circle"
    r, s = [first, second].map { |polygon| (polygon.bbox.width + polygon.bbox.height) / 4.0 }
    return lens(r, s, Math.sqrt(centre_distance(first, second)) / 2 + off) / (Math::PI * [r, s].min**2)
  end
  fixed, moving = [first, second].map { |polygon| RBA::Region::new(polygon.transformed(RBA::ICplxTrans::new(8.0))) }
  common = lambda do |angle|
    (fixed & moving.moved((8 * off * Math.cos(angle)).round, (8 * off * Math.sin(angle)).round)).area
  end
  step = Math::PI / 32
  worst = (0...64).map { |i| i * step }.min_by { |angle| common.call(angle) }
  low, high = worst - step, worst + step
  while high - low > 1e-5
    third = (high - low) / 3
    common.call(low + third) <= common.call(high - third) ? high -= third : low += third
  end
  [common.call(worst), common.call((low + high) / 2)].min / (64.0 * [first.area, second.area].min)
end

# Area common to two circles.
def lens(r, s, distance)
  return 0.0 if distance >= r + s
  return Math::PI * [r, s].min**2 if distance <= (r - s).abs
  a = Math.acos(((distance**2 + r**2 - s**2) / (2 * distance * r)).clamp(-1.0, 1.0))
  b = Math.acos(((distance**2 + s**2 - r**2) / (2 * distance * s)).clamp(-1.0, 1.0))
  r * r * (a - Math.sin(a) * Math.cos(a)) + s * s * (b - Math.sin(b) * Math.cos(b))
end
