# Gaps below `limit` between shapes of two layers that no shape of `metal` joins; without metal: that don't touch.
def net_gaps(one, other, metal, limit)
  out = DRC::DRCLayer::new(self, RBA::EdgePairs::new)
  sides = [one, other].map { |layer| layer.data.merged }
  sides[0].separation_check(sides[1], (limit / dbu).round).each.to_a.each do |pair|
    shapes = [pair.first, pair.second].each_with_index.map do |edge, i|
      sides[i].interacting(RBA::Edges::new([edge]).extended(1, 1, 1, 1, false))
    end
    out.data.insert(pair) unless same_net(shapes[0], shapes[1], metal)
  end
  out
end

# What shapes of two layers that no shape of `metal` joins have in common.
def net_overlaps(one, other, metal)
  out = polygon_layer
  sides = [one, other].map { |layer| layer.data.merged }
  (sides[0] & sides[1]).merged.each.to_a.each do |polygon|
    shapes = sides.map { |side| side.interacting(RBA::Region::new(polygon)) }
    out.data.insert(polygon) unless same_net(shapes[0], shapes[1], metal)
  end
  out
end

# Whether one shape of `metal` touches both; without metal: whether they touch.
def same_net(first, second, metal)
  return !first.interacting(second).is_empty? if metal.nil?
  !metal.data.merged.interacting(first).interacting(second).is_empty?
end
