# Bars between centres nearer than base + factor * the mean size of the other layer's shapes around them.
def near_grown(layer, other, base, factor)
  bars, spots = polygon_layer, spots_of(layer)
  sizes = sizes_around(spots, spots_of(other))
  spots, sizes = spots.zip(sizes).select { |_, size| size }.transpose
  return bars unless spots
  each_near(spots, base + factor * sizes.max) do |i, j|
    limit = base + factor * (sizes[i] + sizes[j]) / 2
    bars.data.insert(bar(spots[i], spots[j])) if apart(spots[i], spots[j]) < limit - 1e-7
  end
  bars
end

# The size of the largest box around each centre, nil where there is none.
def sizes_around(spots, boxes)
  cell = (boxes.map { |box| [box[2], box[3]].max }.max || 0) + 1
  grid = Hash.new { |cells, key| cells[key] = [] }
  boxes.each { |box| grid[[box[0].div(cell), box[1].div(cell)]] << box }
  spots.map do |spot|
    column, row = spot[0].div(cell), spot[1].div(cell)
    near = [-1, 0, 1].product([-1, 0, 1]).flat_map { |c, r| grid.fetch([column + c, row + r], []) }
    around = near.select { |box| (spot[0] - box[0]).abs <= box[2] && (spot[1] - box[1]).abs <= box[3] }
    around.map { |box| longer_side(box) }.max
  end
end
