"""Tables <-> the database. The only room that knows SQL.

ddl          SQL tables, derived from `model.columns`
database     open, set up, and the two kinds of transaction
failures     what the database said, as a sentence
values       Python and Arrow values <-> what the database holds
insertion    rows -> SQLite, at little cost
writer       one report's rows and its ledger row, in one transaction
known        which collections make the current state of a source
pieces       the rows of those collections
current      the current state itself
history      what is derived of the collections, brought up to date
history_rows its rows, as stored and as read
ledger       the ledger, and rows of whole reports
reader       what others ask: of a source, of reports, of all sources
thinning     old collections taken away
deletion     rows out of a table, some at a time
forgetting   all rows of a source taken away
vacuuming    free space given back to the disk
looks        what the sensor remembers between two ticks
locks        one ingest per source at a time
migrations   Alembic
"""
