# Gaps below `limit` between parts of two metals that are both larger than `wide`, side by side for more than `run`.
def wide_gaps(layer, limit, wide, run)
  out = DRC::DRCLayer::new(self, RBA::EdgePairs::new)
  metal = layer.data.merged
  half = (wide / 2 / dbu).round
  parts = metal.sized(-half).sized(half).merged
  gaps = parts.isolated_check((limit / dbu).round, false, RBA::Region::Projection, nil, (run / dbu).round + 1, nil)
  gaps.each.to_a.each do |pair|
    out.data.insert(pair) if metal.interacting(RBA::Edges::new([pair.first, pair.second]).extended(1, 1, 1, 1, false)).count > 1
  end
  out
end
