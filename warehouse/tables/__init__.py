"""Tables as read → what they publish: typed tables, amounts, projects, indicators, lines, statements."""

from warehouse.tables.recognise import recognise

__all__ = ["recognise"]
