"""Layout → masks: tone, bias, frame, wafer."""
