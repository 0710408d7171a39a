"""PDF: glyphs and rules → grids → cells → tables over pages (`picture.draw_cell` shows one)."""

from warehouse.documents.pdf.reader import read_pdf

__all__ = ["read_pdf"]
