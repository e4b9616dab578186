# Bars between centres nearer than a limit (micrometres).
def near_centres(layer, limit, limit_counts = false)
  bars, spots = polygon_layer, spots_of(layer)
  each_near(spots, limit) do |i, j|
    over = apart(spots[i], spots[j]) - limit
    bars.data.insert(bar(spots[i], spots[j])) if over < -1e-7 || (limit_counts && over < 1e-7)
  end
  bars
end
