"""Tables without rules: their columns are found by how texts are aligned."""
