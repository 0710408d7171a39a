-- Grown from the documents: no public machine-readable list of any edition exists.
{{ classification_codes('function') }}
