# The least distance of two parallel lines that hold a polygon between them: one lies along a side of the hull.
def narrowest(polygon)
  hull = convex_hull(polygon.each_point_hull.collect { |p| [p.x, p.y] }.uniq.sort)
  hull.each_with_index.collect do |(x, y), i|
    dx, dy = hull[(i + 1) % hull.size][0] - x, hull[(i + 1) % hull.size][1] - y
    hull.collect { |p, q| dx * (q - y) - dy * (p - x) }.max / Math.sqrt(dx * dx + dy * dy)
  end.min
end

# Corners of the convex hull of sorted points, counter-clockwise (Andrew 1979).
def convex_hull(points)
  [points, points.reverse].collect do |ordered|
    half = []
    ordered.each do |x, y|
      while half.size > 1 && (half[-1][0] - half[-2][0]) * (y - half[-2][1]) <= (half[-1][1] - half[-2][1]) * (x - half[-2][0])
        half.pop
      end
      half.push([x, y])
    end
    half[0..-2]
  end.flatten(1)
end
