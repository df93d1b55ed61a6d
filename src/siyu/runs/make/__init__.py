"""Making: workers, kernels, limits, renderings."""
