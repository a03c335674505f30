"""What clients write: contacts, companies and events as JSON, read into rows once, with every problem of an item.

The batch API and the import share this format and what it means: a key that is absent says nothing, and what is there
stays; null, "" and [] say that there is no value.
"""
