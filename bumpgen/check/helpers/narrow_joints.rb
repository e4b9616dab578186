# A box about the inward corners on the rim of a round opening's pad whose outgoing sides run nearer to the
# centre than `limit` times the pad's radius.
def narrow_joints(metal, openings, limit)
  out = polygon_layer
  pads, holes = metal.data.merged, openings.data.merged
  holes.each.to_a.each do |opening|
    next unless ["circle", "octagon", "rounded"].include?(outline_class(opening))
    box = opening.bbox
    cx, cy = (box.left + box.right) / 2.0, (box.bottom + box.top) / 2.0
    pads.interacting(RBA::Region::new(opening)).each.to_a.each do |pad|
      points = pad.each_point_hull.map { |point| [point.x - cx, point.y - cy] }
      narrow = narrow_corners(points, limit)
      next if narrow.empty?
      xs, ys = narrow.transpose
      out.data.insert(RBA::Box::new((xs.min + cx - 1).round, (ys.min + cy - 1).round,
                                    (xs.max + cx + 1).round, (ys.max + cy + 1).round))
    end
  end
  out
end

# Inward corners on the rim of the pad about 0, 0 whose mouth is less than `limit` of its width.
def narrow_corners(points, limit)
  size = points.size
  radius = (0...size).map { |i| origin_distance(points[i], points[(i + 1) % size]) }.min
  (0...size).select do |i|
    before, at, after = points[i - 1], points[i], points[(i + 1) % size]
    one, two = [at[0] - before[0], at[1] - before[1]], [after[0] - at[0], after[1] - at[1]]
    turn = Math.atan2(one[0] * two[1] - one[1] * two[0], one[0] * two[0] + one[1] * two[1]) * 180 / Math::PI
    next false unless turn > 10 && Math.hypot(*at) < 1.1 * radius
    side = Math.hypot(*after) > Math.hypot(*before) ? two : one
    (at[0] * side[1] - at[1] * side[0]).abs / Math.hypot(*side) / radius < limit - 1e-6
  end.map { |i| points[i] }
end

# Distance of a side from 0, 0.
def origin_distance(from, to)
  dx, dy = to[0] - from[0], to[1] - from[1]
  along = (-(from[0] * dx + from[1] * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0)
  Math.hypot(from[0] + along * dx, from[1] + along * dy)
end
