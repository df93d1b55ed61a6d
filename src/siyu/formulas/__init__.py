"""The platform economics, once, as SymPy expressions. Numpy, Excel and the page are generated from these.

Only + - * / ** exp log Min Max occur, so every printer renders them.
"""
