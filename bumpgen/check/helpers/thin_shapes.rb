# Shapes whose box is narrower or lower than `limit` (µm), or just as much if `strict`.
def thin_shapes(layer, limit, strict)
  out = polygon_layer
  least = limit / dbu
  layer.data.merged.each.to_a.each do |polygon|
    side = [polygon.bbox.width, polygon.bbox.height].min
    short = strict ? side <= least + 1e-6 : side < least - 1e-6
    out.data.insert(polygon) if short
  end
  out
end
