"""Whether the index holds what the database says, and its repair where it does not.

Nothing is stopped for it. The database is read, then the index, then the database again, and a contact is judged only
if its version was settled before and is the same afterwards: what is on its way is never taken for drift. What can be
no change on its way (a version that nobody drew, a document of nobody) is drift however busy the contact is.
"""

from __future__ import annotations
