"""JT/T 808, vehicle terminals over TCP: codec of the 2011, 2013 and 2019 editions, and the door."""
