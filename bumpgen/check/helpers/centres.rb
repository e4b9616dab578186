# A spot is a shape's box: twice its centre (so that it is whole), its sides, in database units.
def spots_of(layer)
  layer.data.merged.each.map { |shape| spot_of(shape) }
end

def spot_of(shape)
  box = shape.bbox
  [box.left + box.right, box.bottom + box.top, box.width, box.height]
end

def longer_side(spot)
  [spot[2], spot[3]].max * dbu
end

# The distance of two centres, in micrometres.
def apart(one, other)
  Math.sqrt((one[0] - other[0])**2 + (one[1] - other[1])**2) * dbu / 2
end

# Every pair of centres at most so far apart (micrometres), by index: each once, or all pairs of some chosen ones.
def each_near(spots, reach, chosen = nil)
  cell = (2 * reach / dbu).ceil + 1
  grid = Hash.new { |cells, key| cells[key] = [] }
  spots.each_with_index { |spot, i| grid[[spot[0].div(cell), spot[1].div(cell)]] << i }
  (chosen || (0...spots.size)).each do |i|
    spot = spots[i]
    column, row = spot[0].div(cell), spot[1].div(cell)
    (column - 1..column + 1).each do |c|
      (row - 1..row + 1).each do |r|
        next unless grid.key?([c, r])
        grid[[c, r]].each { |j| yield(i, j) if (chosen ? i != j : i < j) && apart(spot, spots[j]) <= reach }
      end
    end
  end
end

# Every pair of shapes of two layers that touch.
def each_touching(ones, others)
  inner = others.data.merged.each.to_a
  cell = (inner.map { |shape| [shape.bbox.width, shape.bbox.height].max }.max || 0) + 1
  grid = Hash.new { |cells, key| cells[key] = [] }
  inner.each { |shape| grid[[shape.bbox.left.div(cell), shape.bbox.bottom.div(cell)]] << shape }
  ones.data.merged.each.to_a.each do |one|
    box = one.bbox
    (box.left.div(cell) - 1..box.right.div(cell)).each do |c|
      (box.bottom.div(cell) - 1..box.top.div(cell)).each do |r|
        next unless grid.key?([c, r])
        grid[[c, r]].each { |other| yield(one, other) if box.touches?(other.bbox) && touching?(one, other) }
      end
    end
  end
end

def touching?(one, other)
  !RBA::Region.new(one).interacting(RBA::Region.new(other)).is_empty?
end

# A thin bar between two centres: a twentieth as wide as long.
def bar(one, other)
  dx, dy = (other[0] - one[0]) / 2.0, (other[1] - one[1]) / 2.0
  length = Math.sqrt(dx * dx + dy * dy)
  half = [length / 40, 2].max
  nx, ny = length > 0 ? [-dy / length * half, dx / length * half] : [half, half]
  ends = [[one, nx, ny], [other, nx, ny], [other, -nx, -ny], [one, -nx, -ny]]
  RBA::Polygon.new(ends.map { |spot, x, y| RBA::Point.new((spot[0] / 2.0 + x).round, (spot[1] / 2.0 + y).round) })
end
