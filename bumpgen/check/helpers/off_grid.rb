# Polygons, as they are drawn, with a corner that is no multiple of `grid`.
def off_grid(layer, grid)
  step = (grid / dbu).rationalize(Rational(1, 100_000)).numerator
  out = polygon_layer
  drawn = layer.data.dup
  drawn.merged_semantics = false
  return out if drawn.grid_check(step, step).is_empty?
  drawn.each.to_a.each do |polygon|
    out.data.insert(polygon) if polygon.each_edge.any? { |edge| edge.p1.x % step != 0 || edge.p1.y % step != 0 }
  end
  out
end
