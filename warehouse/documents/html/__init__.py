"""Web pages: the tables and the text of their articles."""
