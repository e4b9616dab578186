# Bars between centres nearer than the limit of the larger shape's size; rows of size and limit, micrometres.
def near_by_size(layer, rows)
  bars, spots = polygon_layer, spots_of(layer)
  each_near(spots, rows.map { |row| row[1] }.max) do |i, j|
    size = [longer_side(spots[i]), longer_side(spots[j])].max
    row = rows.select { |least, _| least <= size + 1e-7 }.last || rows.first
    bars.data.insert(bar(spots[i], spots[j])) if apart(spots[i], spots[j]) < row[1] - 1e-7
  end
  bars
end
