# Shapes that fill 98 % of their convex hull: bumps, pads and openings; not wires, rings or letters.
def compact(layer)
  merged = layer.merged
  suspects = merged.interacting(merged.corners(0.1 .. 179.9, as_boxes))
  wires = polygon_layer
  suspects.data.merged.each.to_a.each { |shape| wires.data.insert(shape) if shape.area < 0.98 * hull_area(shape) }
  wires.is_empty? ? merged : merged.not_inside(wires)
end

# Area of the convex hull, by Andrew's monotone chain.
def hull_area(shape)
  points = shape.each_point_hull.map { |point| [point.x, point.y] }.uniq.sort
  hull = half_hull(points) + half_hull(points.reverse)
  hull.each_with_index.sum { |point, i| hull[i - 1][0] * point[1] - point[0] * hull[i - 1][1] }.abs / 2.0
end

def half_hull(points)
  chain = []
  points.each do |point|
    chain.pop while chain.size > 1 && turn(chain[-2], chain[-1], point) <= 0
    chain << point
  end
  chain[0...-1]
end

def turn(a, b, c)
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
end
