# Facing sides nearer than a limit (µm), up to so many degrees from parallel. KLayout 0.28 measures across slanted
# sides with their length rounded to whole database units, so it is asked a thousandth farther and all is measured anew.
def facing(layer, limit, degrees)
  out = DRC::DRCLayer::new(self, RBA::EdgePairs::new)
  steps = (limit / source.layout.dbu).round
  found = layer.width(1.001 * limit, projection, angle_limit(degrees)).data.each.to_a
  found.each do |pair|
    one, other = nearer_part(pair.first, pair.second, steps), nearer_part(pair.second, pair.first, steps)
    out.data.insert(RBA::EdgePair::new(one, other)) if one && other
  end
  out
end

# The part of a side that is nearer than `steps` database units to another; nil if none is.
def nearer_part(side, other, steps)
  first, last = distance_to(other, side.p1), distance_to(other, side.p2)
  return nil if [first, last].min.round >= steps
  return side if [first, last].max <= steps
  share = (steps - first) / (last - first)
  cut = RBA::Point::new((side.p1.x + share * side.dx).round, (side.p1.y + share * side.dy).round)
  first < last ? RBA::Edge::new(side.p1, cut) : RBA::Edge::new(cut, side.p2)
end
