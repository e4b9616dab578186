# Partners that are of different classes, or of which one is not inside the other grown by `limit` µm per side
# when their centres lie on each other; and shapes without a partner. `whole`: the limit holds for the dimension.
def mismatched(one, other, limit, whole, exclusive)
  out = polygon_layer
  pairs, alone = partners(one, other)
  alone.each.to_a.each { |polygon| out.data.insert(polygon) }
  known = {}
  pairs.each do |first, second|
    key = [first, second].map { |polygon| polygon.moved(-polygon.bbox.left, -polygon.bbox.bottom) }
    known[key] = pair_differs(first, second, limit / dbu, whole, exclusive) unless known.key?(key)
    out.data.insert(first) if known[key]
  end
  out
end

# Whether two polygons break the rule; limit in database units.
def pair_differs(first, second, limit, whole, exclusive)
  a, b = first.bbox, second.bbox
  kind = outline_class(first)
  return true if kind != outline_class(second)
  over = [(a.width - b.width).abs, (a.height - b.height).abs].max / (whole ? 1.0 : 2.0) - limit
  return true if exclusive ? over > -1e-6 : over > 1e-6
  return false unless ["rounded", "other"].include?(kind)
  grow = (whole ? limit : 2 * limit).round
  regions = [first, second].map do |polygon|
    box = polygon.bbox
    doubled = polygon.transformed(RBA::ICplxTrans::new(2.0))
    RBA::Region::new(doubled.moved(-box.left - box.right, -box.bottom - box.top))
  end
  !((regions[0] - regions[1].sized(grow)).is_empty? && (regions[1] - regions[0].sized(grow)).is_empty?)
end
