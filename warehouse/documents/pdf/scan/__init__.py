"""Pictures of pages, read by optical recognition: rules, ink, figures."""
