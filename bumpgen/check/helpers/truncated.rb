# Shapes of less area than `limit` times that of the circle over the longer side of their box.
def truncated(layer, limit)
  out = polygon_layer
  layer.data.merged.each.to_a.each do |polygon|
    longer = [polygon.bbox.width, polygon.bbox.height].max
    out.data.insert(polygon) if polygon.area / (Math::PI / 4 * longer * longer) < limit - 1e-9
  end
  out
end
