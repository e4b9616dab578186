# Shapes with a box too small for a shorter and a longer side, either way round.
def smaller_than(layer, shorter, longer, limit_counts = false)
  found, slack = polygon_layer, limit_counts ? -1e-7 : 1e-7
  layer.data.merged.each.to_a.each do |shape|
    low, high = [shape.bbox.width * dbu, shape.bbox.height * dbu].sort
    found.data.insert(shape) if low < shorter - slack || high < longer - slack
  end
  found
end
