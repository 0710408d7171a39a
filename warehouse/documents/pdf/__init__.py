"""PDF: glyphs and rules → grids → cells → tables over pages."""

from warehouse.documents.pdf.picture import draw_cell
from warehouse.documents.pdf.reader import read_pdf

__all__ = ["draw_cell", "read_pdf"]
