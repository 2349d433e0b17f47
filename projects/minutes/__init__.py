"""The minutes of a defence day as a document: frozen words in Kazakh and Russian, drawn as two PDF files."""
