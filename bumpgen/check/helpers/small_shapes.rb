# Shapes of less area than `limit` (µm²), or of just that area if `strict`.
def small_shapes(layer, limit, strict)
  out = polygon_layer
  least = limit / (dbu * dbu)
  layer.data.merged.each.to_a.each do |polygon|
    short = strict ? polygon.area <= least + 1e-6 : polygon.area < least - 1e-6
    out.data.insert(polygon) if short
  end
  out
end
