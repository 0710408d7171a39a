"""Tables that are typed in plain text: with delimiters, tabulators, spaces or bars."""
