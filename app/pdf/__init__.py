"""Drawing PDF documents: typefaces, text set to a measure, and the assembly of many files from shared parts."""
