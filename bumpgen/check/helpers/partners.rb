# Pairs of polygons of two layers that share area and are each other's nearest by centre, then those of either
# layer that have no partner.
def partners(one, other)
  sides = [one, other].map { |layer| layer.data.merged.each.map { |polygon| polygon.dup } }
  size = 1 + sides.flatten.map { |polygon| [polygon.bbox.width, polygon.bbox.height].max }.max.to_i
  bins = Hash.new { |hash, key| hash[key] = [] }
  sides[1].each_with_index do |polygon, j|
    box = polygon.bbox
    (box.left / size..box.right / size).each do |x|
      (box.bottom / size..box.top / size).each { |y| bins[[x, y]] << j }
    end
  end
  near = sides[0].each_with_index.flat_map do |polygon, i|
    box = polygon.bbox
    cells = (box.left / size..box.right / size).to_a.product((box.bottom / size..box.top / size).to_a)
    found = cells.flat_map { |cell| bins.fetch(cell, []) }.uniq
    found.select { |j| share_area(polygon, sides[1][j]) }.map { |j| [centre_distance(polygon, sides[1][j]), i, j] }
  end
  first, second = {}, {}
  near.sort.each do |_, i, j|
    first[i] ||= j
    second[j] ||= i
  end
  pairs = first.select { |i, j| second[j] == i }
  alone = [sides[0].each_index.reject { |i| pairs.key?(i) }.map { |i| sides[0][i] },
           sides[1].each_index.reject { |j| pairs.value?(j) }.map { |j| sides[1][j] }]
  [pairs.map { |i, j| [sides[0][i], sides[1][j]] }, alone.flatten]
end

# Whether two polygons overlap.
def share_area(one, other)
  return false unless one.bbox.overlaps?(other.bbox)
  !(RBA::Region::new(one) & RBA::Region::new(other)).is_empty?
end

# Squared distance of the centres of two boxes, half database units.
def centre_distance(one, other)
  a, b = one.bbox, other.bbox
  (a.left + a.right - b.left - b.right)**2 + (a.bottom + a.top - b.bottom - b.top)**2
end
