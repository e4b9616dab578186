# Shapes whose outline is of none of the classes listed.
def other_shapes(layer, classes)
  out = polygon_layer
  known = {}
  layer.data.merged.each.to_a.each do |polygon|
    corner = polygon.bbox.p1
    known[polygon.moved(-corner.x, -corner.y)] ||= outline_class(polygon)
    out.data.insert(polygon) unless classes.include?(known[polygon.moved(-corner.x, -corner.y)])
  end
  out
end
