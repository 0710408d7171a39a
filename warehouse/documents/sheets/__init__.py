"""Workbooks: XLS, XLSX, XLSB, ODS and XML Spreadsheet; their cells as they are shown."""
