"""Our models behind other libraries' interfaces: one module a library, imported only when you import it.

Each converts and calls; the numbers are those of `unjuran.forecast`.
"""
