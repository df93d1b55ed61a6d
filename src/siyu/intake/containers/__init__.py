"""Files that hold tables in other dresses than text: workbooks old and new, web pages, archives."""
