"""Which reports are finished and new, and where they go afterwards. Knows directories, never contents."""
