# Narrow places of a layer that widen to both sides: pairs of sides nearer than a limit (µm) whose nearest points
# are inward corners, or an inward corner and the foot of its perpendicular on the other side.
def necks(layer, limit)
  out = polygon_layer
  shapes = layer.data.merged
  corners = shapes.corners(0.1, 179.9, 1)
  inward = {}
  corners.each.to_a.each { |p| inward[[p.bbox.center.x, p.bbox.center.y]] = true }
  return out if inward.empty?
  found = shapes.interacting(corners).width_check((limit / source.layout.dbu).round).each.to_a
  found.each do |pair|
    out.data.insert(between_sides(pair)) if neck?(pair, inward)
  end
  out
end

# Whether no walk along the outline brings the nearest points of two sides nearer.
def neck?(pair, inward)
  one, other = pair.first, pair.second
  ends = [[one.p1, other], [one.p2, other], [other.p1, one], [other.p2, one]]
  point, side = ends.min_by { |p, edge| distance_to(edge, p).round }
  return false unless inward.has_key?([point.x, point.y])
  foot = [side.p1, side.p2].min_by { |p| point.distance(p) }
  at_end = (point.distance(foot) - distance_to(side, point).round).abs < 1
  !at_end || inward.has_key?([foot.x, foot.y])
end

# The distance of a point from the nearest point of a side, in database units. (KLayout 0.28's own divides by the
# side's length in whole database units, and is off by as much.)
def distance_to(side, point)
  x, y, squared = point.x - side.p1.x, point.y - side.p1.y, side.dx**2 + side.dy**2
  share = squared > 0 ? [[(x * side.dx + y * side.dy).fdiv(squared), 0.0].max, 1.0].min : 0.0
  Math.sqrt((x - share * side.dx)**2 + (y - share * side.dy)**2)
end

# The four-sided polygon between two sides.
def between_sides(pair)
  one, other = pair.first, pair.second
  other = other.swapped_points if one.dx * other.dx + one.dy * other.dy > 0
  RBA::Polygon::new([one.p1, one.p2, other.p1, other.p2], true)
end
