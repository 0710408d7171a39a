"""The recogniser: tables with cell boxes → typed tables, amounts, projects, indicators, statements."""
