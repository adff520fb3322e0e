"""From files to records: which cases, on which worker, in which order; journals, recordings, helpers and folders.

May import judging, records, workers and what they stand on; report only to write pages.
"""
