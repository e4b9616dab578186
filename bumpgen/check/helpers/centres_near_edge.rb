# Boxes of shapes whose centre is nearer than the limit to the outer edge of another layer, or outside it.
def centres_near_edge(layer, edge, limit)
  near = polygon_layer
  hulls = edge.data.merged.hulls.merged.each.map { |hull| hull.to_dtype(1.0) }
  layer.data.merged.each.to_a.each do |shape|
    box = shape.bbox
    centre = RBA::DPoint.new((box.left + box.right) / 2.0, (box.bottom + box.top) / 2.0)
    hull = hulls.find { |each| each.bbox.contains?(centre) && each.inside?(centre) }
    near.data.insert(box) unless hull && hull.each_edge.all? { |side| to_edge(centre, side) * dbu >= limit - 1e-7 }
  end
  near
end

# Distance of a point from an edge.
def to_edge(point, edge)
  dx, dy = edge.p2.x - edge.p1.x, edge.p2.y - edge.p1.y
  along = ((point.x - edge.p1.x) * dx + (point.y - edge.p1.y) * dy) / (dx * dx + dy * dy)
  along = [[along, 0.0].max, 1.0].min
  Math.hypot(point.x - edge.p1.x - along * dx, point.y - edge.p1.y - along * dy)
end
