"""Pictures of layouts: the plan view as SVG and PNG."""
