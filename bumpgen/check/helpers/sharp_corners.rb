# A small box at each corner of less than `limit` degrees.
def sharp_corners(layer, limit)
  out = polygon_layer
  layer.data.merged.each.to_a.each do |polygon|
    contours = [polygon.each_point_hull.to_a]
    polygon.holes.times { |hole| contours << polygon.each_point_hole(hole).to_a }
    contours.each do |points|
      corner_angles(points).each_with_index do |angle, i|
        at = points[i]
        out.data.insert(RBA::Box::new(at.x - 1, at.y - 1, at.x + 1, at.y + 1)) if angle < limit - 1e-4
      end
    end
  end
  out
end
