"""The page: one offline HTML file."""
