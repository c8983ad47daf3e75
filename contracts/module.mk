# The contracts' descriptions, and the files generated from them.
