"""What Mingzhang sees: government sites → observations in the record."""
