# Shapes of `over` that touch metal, but no part of it as wide as `limit`; judged in half database units.
def narrow_over(metal, over, limit)
  out = polygon_layer
  shrink = (limit / dbu).round - 1
  touched = over.data.merged.interacting(metal.data.merged)
  doubled = [metal.data.merged, touched].map do |region|
    RBA::Region::new(region.each.map { |polygon| polygon.transformed(RBA::ICplxTrans::new(2.0)) })
  end
  wide = doubled[0].sized(-shrink).sized(shrink)
  doubled[1].merged.not_interacting(wide).each.to_a.each do |polygon|
    out.data.insert(polygon.transformed(RBA::ICplxTrans::new(0.5)))
  end
  out
end
