"""`gridwitness demo`: the whole product once; and the accounts of `gridwitness up --demo`."""
