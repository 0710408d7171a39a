"""Texts of word processors: DOC, DOCX, RTF, ODT; tables stand among their paragraphs."""
