"""`gridwitness demo` and the demo accounts of `gridwitness up --demo`."""
