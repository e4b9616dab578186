# The angle inside the polygon at each corner of a hull or hole, degrees.
def corner_angles(points)
  (0...points.size).map do |i|
    before, at, after = points[i - 1], points[i], points[(i + 1) % points.size]
    one = Math.atan2(before.y - at.y, before.x - at.x)
    other = Math.atan2(after.y - at.y, after.x - at.x)
    ((other - one) * 180 / Math::PI) % 360
  end
end

# Circle, octagon, oblong, square, rectangle, rounded or other. A circle has 16 corners or more and a box
# 1.270 to 1.276 times its area.
def outline_class(polygon)
  box = polygon.bbox
  return "other" if polygon.holes > 0
  return box.width == box.height ? "square" : "rectangle" if polygon.is_box?
  angles = corner_angles(polygon.each_point_hull.to_a)
  return "other" if angles.max > 182
  if angles.size >= 16
    short, long = [box.width, box.height].minmax
    equal = long - short <= 0.01 * long
    ends = equal ? polygon.area : polygon.area - short * (long - short)
    ratio = ends > 0 ? (equal ? short * long : short * short) / ends.to_f : 0
    return equal ? "circle" : "oblong" if ratio >= 1.270 && ratio <= 1.276
  end
  sides = polygon.each_edge.map { |edge| edge.length }
  regular = angles.all? { |angle| angle >= 133 && angle <= 137 } && sides.max <= 1.1 * sides.min + 4
  return "octagon" if angles.size == 8 && regular
  angles.size >= 8 && angles.min >= 130 ? "rounded" : "other"
end
